"""A certificate authority of the tests' own, and certificates as a server may have them, made with openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    cert: Path
    key: Path


class Authority:
    """Makes certificates under a folder; `ca.cert` is what clients must trust."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = self._self_signed("ca", "/CN=Triage test CA")

    def issue(self, name: str, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 30) -> Certificate:
        """A certificate for those subject alternative names."""
        made = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        request = self.folder / f"{name}.csr"
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", made.key, "-out", request, "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}",
        )  # fmt: skip
        self._openssl(
            "x509", "-req", "-in", request, "-CA", self.ca.cert, "-CAkey", self.ca.key, "-CAcreateserial",
            "-copy_extensions", "copy", "-days", days, "-out", made.cert,
        )  # fmt: skip
        return made

    def _self_signed(self, name: str, subject: str) -> Certificate:
        made = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 30,
            "-keyout", made.key, "-out", made.cert, "-subj", subject,
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
        )  # fmt: skip
        return made

    def _openssl(self, *arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
