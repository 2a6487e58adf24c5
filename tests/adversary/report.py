"""What was done to a stack, and what the acquirer's books say afterwards."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Report:
    """What was done to the stack, and what the acquirer's books say afterwards."""

    adapter: str
    corrections: int
    seed: str
    seconds: float = 0
    faults: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    """What the door for notices answered. What it answered last before it was killed is missing."""
    heard: int = 0
    """Notices that reached a case, each once."""
    payouts: int = 0
    doubled: list[str] = field(default_factory=list)
    """Sales that were paid more than they were owed, or in more than one piece."""
    lost: list[str] = field(default_factory=list)
    """Sales of which something is still owed."""
    over_captured: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)
    """Cases that believe other than the books say."""
    work_items: int = 0
    """Steps that waited for a person."""

    @property
    def sound(self) -> bool:
        return not (self.doubled or self.lost or self.over_captured or self.disagreeing)

    def __str__(self) -> str:
        faults = ", ".join(f"{n} {name}" for name, n in sorted(self.faults.items()))
        kills = ", ".join(f"{n} of {name}" for name, n in sorted(self.kills.items()))
        notices = ", ".join(f"{n} {name}" for name, n in sorted(self.notices.items()))
        return (
            f"{self.adapter}: {self.corrections} corrections in {self.seconds:.0f} s, "
            f"{self.payouts} payouts; {len(self.doubled)} double, {len(self.lost)} lost, "
            f"{len(self.over_captured)} over captured, {len(self.disagreeing)} cases that differ "
            f"from the books\n  {self.faults.total()} faults ({faults}), {self.kills.total()} "
            f"kills ({kills}), {self.work_items} steps that waited for a person\n  "
            f"{self.notices.total()} notices at the door ({notices}), {self.heard} heard by cases, "
            f"seed {self.seed}"
        )
