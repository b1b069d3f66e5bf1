"""Mail on an IMAP server.

`account` connects and logs in, `mailbox` reads one folder. Below them, from the bottom up: `wire` moves bytes, `client` is
imaplib2 made safe, `answers` and `names` read what a server says.
"""

from triage.doors.imap.account import Account, LoginRefused
from triage.doors.imap.mailbox import ImapMailbox, NoSuchFolder, backoff

__all__ = ["Account", "ImapMailbox", "LoginRefused", "NoSuchFolder", "backoff"]
