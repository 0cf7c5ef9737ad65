"""What ``doctor`` finds: one line per trouble, with its words and how grave it is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"  # works, less well
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """``code`` names the words ``doctor.findings.<code>`` (or ``failures``, ``settings_problems``)."""

    check: str  # settings, database, token, application, commands, servers, delivery
    status: Status
    code: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class Report:
    """What was found, in the order of looking."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, check: str, status: Status, code: str, /, **details: Any) -> None:
        self.findings.append(Finding(check, status, code, details))

    def well(self, check: str) -> None:
        """Say that a check found nothing, unless it did."""
        if not any(finding.check == check for finding in self.findings):
            self.add(check, Status.OK, "ok")

    @property
    def healthy(self) -> bool:
        """Warnings do not keep the bot from working."""
        return all(finding.status is not Status.PROBLEM for finding in self.findings)
