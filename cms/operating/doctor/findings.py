"""What a check says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do if that is wrong."""

    about: str
    says: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to do."""
        return not self.remedy

    def __str__(self) -> str:
        mark, remedy = ("✓", "") if self.is_well else ("✗", f" {self.remedy}")
        return f"{mark} {self.about}: {self.says}{remedy}"


def reason(error: BaseException) -> str:
    """An error in a line."""
    text = " ".join(str(error).split())
    return text[:300] or type(error).__name__
