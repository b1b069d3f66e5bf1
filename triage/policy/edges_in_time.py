"""Edges in time: first days of a clause, ends of a period that a calendar moves, and the mails that a deadline does not concern."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

from triage.policy.deadlines import concerns
from triage.policy.pack import Clause, DeadlineRule, Pack, Version
from triage.policy.periods import Counting, Period, days_off, end_of
from triage.policy.scenario import Tried

_DAY = timedelta(days=1)

Shows = Callable[[datetime, tzinfo], bool]
Lack = tuple[int, str, str]
"""A line of the pack, what completes `no case ...`, and the heart of the case that is wanted."""


def turning_days(clause: Clause) -> Iterator[tuple[Version, date]]:
    """The days on which a clause changes, each with the version that begins or ends then. A clause begins for everybody
    where its first version has a day and nothing stands before it; that is not tested, being undetermined."""
    for version in clause.versions[1:]:
        if version.since is not None:
            yield version, version.since
    for version in clause.versions:
        if version.until is not None:
            yield version, version.until


def untested_days(clause: Clause, pack: Pack, tried: Sequence[Tried]) -> Iterator[Lack]:
    """The first days of versions, and the days before them, on which no case of the clause falls."""
    seen = set(_mail_days(clause, pack, tried) if clause.question == "deadline" else _claim_days(clause, tried))
    for version, turning in turning_days(clause):
        for day in (turning - _DAY, turning):
            if day not in seen:
                about = (
                    f"mail: {{received: {day} 12:00, ...}}" if clause.question == "deadline" else _outage_on(day, pack)
                )
                yield version.line, f"judged by the terms of {day}", f"{about}, then: {{...}}"


def _outage_on(day: date, pack: Pack) -> str:
    by_receipt = pack.versions_by == "day of receipt"
    fact = f"received_at: {day} 12:00" if by_receipt else f"incidents: [{day} 12:00 to {day} 13:00]"
    return f"with: {{{fact}}}"


def _claim_days(clause: Clause, tried: Sequence[Tried]) -> Iterator[date]:
    for each in tried:
        if not {"outcome", "total", "credits", clause.id}.isdisjoint(each.scenario.expected):
            yield from (judged.days[0] for judged in each.judged if judged.days is not None and len(judged.days) == 1)


def _mail_days(clause: Clause, pack: Pack, tried: Sequence[Tried]) -> Iterator[date]:
    rules = [version.deadline for version in clause.versions if version.deadline is not None]
    for each in _mails(clause, tried):
        reading, received_at = each.scenario.reading, each.scenario.received_at
        if reading is not None and received_at is not None and any(concerns(rule, reading) for rule in rules):
            yield received_at.astimezone(pack.zone).date()


def _mails(clause: Clause, tried: Sequence[Tried]) -> Iterator[Tried]:
    """The cases that say what is due on a mail, where this clause counts."""
    for each in tried:
        if "due" in each.scenario.expected and clause.document in (each.scenario.documents or (clause.document,)):
            yield each


def untested_deadline(clause: Clause, version: Version, pack: Pack, tried: Sequence[Tried]) -> Iterator[Lack]:
    """What no case shows of a deadline: its instant, its calendar at work, and the mails for which nothing is due."""
    rule = version.deadline
    if rule is None:
        return
    mails = list(_mails(clause, tried))
    due = [each for each in mails if _due_by(each, clause, version, rule, pack)]
    about = _mail_about(rule)
    if not due:
        yield version.line, f"that says when it is due: `{rule.kind}`", f"{about}, then: {{due: {{{rule.kind}: ...}}}}"
    for words, shows in calendar_edges(rule.period, rule.counting):
        starts = [each.scenario.received_at for each in due]
        if not any(start is not None and shows(start, pack.zone) for start in starts):
            yield version.line, words, f"{about}, then: {{due: {{{rule.kind}: ...}}}}"
    for what, wanted, given in (("extended", rule.extension, "..."), ("paused", rule.may_pause, "... to ...")):
        if wanted and not any(event.what == what for each in due for event in each.scenario.events):
            key = "waiting" if what == "paused" else what
            mail = f"{about[:-1]}, {key}: {given}}}"
            yield version.line, f"in which the period is {what}", f"{mail}, then: {{due: {{{rule.kind}: ...}}}}"
    for words, mail in _not_concerned(rule, mails):
        yield version.line, words, f"{mail}, then: {{due: {{...}}}} (without `{rule.kind}`)"


def _due_by(each: Tried, clause: Clause, version: Version, rule: DeadlineRule, pack: Pack) -> bool:
    received_at = each.scenario.received_at
    named = rule.kind in each.scenario.expected["due"] and any(due.clause == clause.id for due in each.due)
    return named and received_at is not None and version in clause.in_force(received_at.astimezone(pack.zone).date())


def _mail_about(rule: DeadlineRule) -> str:
    rights = f", rights: [{rule.rights[0]}]" if rule.rights else ""
    category = rule.categories[0] if rule.categories else "data_request" if rule.rights else "..."
    return f"mail: {{received: ..., categories: [{category}]{rights}}}"


def _not_concerned(rule: DeadlineRule, mails: Sequence[Tried]) -> Iterator[tuple[str, str]]:
    labels = [({x.label for x in m.scenario.reading.categories}, m) for m in mails if m.scenario.reading is not None]
    for category in rule.not_categories:
        if not any(category in categories for categories, _ in labels):
            yield f"about a mail of category `{category}`", f"mail: {{received: ..., categories: [{category}]}}"
    if not rule.categories and not rule.rights:
        return
    silent = [
        m
        for categories, m in labels
        if m.scenario.reading is not None
        and not categories & set(rule.not_categories)
        and not concerns(rule, m.scenario.reading)
    ]
    if not silent:
        other = f"without {', '.join(rule.categories or rule.rights)}"
        yield f"about a mail {other}", "mail: {received: ..., categories: [other]}"


# --- calendars ------------------------------------------------------------------------------------------------------


def calendar_edges(period: Period, counting: Counting) -> Iterator[tuple[str, Shows]]:
    """What weekends, public holidays and short months do to a period: words, and whether a start (aware, zone) shows it."""
    if period.unit == "business days":
        yield "that counts over a weekend", lambda start, zone: _skips(start, period, counting, zone, weekend=True)
        if counting.calendar:
            words = f"that counts over a public holiday of {counting.calendar}"
            yield words, lambda start, zone: _skips(start, period, counting, zone, weekend=False)
    elif counting.day_off == "next working day":
        yield "whose end a weekend moves", lambda start, zone: _moves(start, period, counting, zone, weekend=True)
        if counting.calendar:
            words = f"whose end a public holiday of {counting.calendar} moves"
            yield words, lambda start, zone: _moves(start, period, counting, zone, weekend=False)
    if period.unit == "months":
        yield "that starts on a day which the last month lacks", lambda start, zone: _short(start, period, zone)


def _last(start: datetime, period: Period, counting: Counting, zone: tzinfo) -> date:
    return end_of(start, period, counting, zone).at.astimezone(zone).date()


def _skips(start: datetime, period: Period, counting: Counting, zone: tzinfo, *, weekend: bool) -> bool:
    first, last, is_off = (
        start.astimezone(zone).date(),
        _last(start, period, counting, zone),
        days_off(counting.calendar),
    )
    between = [first + _DAY * count for count in range(1, (last - first).days)]
    return any(is_off(day) and (day.weekday() >= 5) is weekend for day in between)


def _moves(start: datetime, period: Period, counting: Counting, zone: tzinfo, *, weekend: bool) -> bool:
    unmoved, is_off = _last(start, period, Counting(whole_days=True), zone), days_off(counting.calendar)
    following = unmoved
    while is_off(following):
        if (following.weekday() >= 5) is weekend:
            return True
        following += _DAY
    return False


def _short(start: datetime, period: Period, zone: tzinfo) -> bool:
    return _last(start, period, Counting(whole_days=True), zone).day < start.astimezone(zone).day
