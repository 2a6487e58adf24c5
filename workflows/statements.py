"""Reading the statements among the evidence, beside whatever else the case does.

A reading holds nothing up: it is started at a wait and heard at a later one. What cannot be
read is set aside for a person, and the case goes on.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.statements import StatementDoor, StatementOrder
    from recourse.disputes import events as ev
    from recourse.disputes.case import Case
    from recourse.disputes.claims import EvidenceItem
    from recourse.disputes.statements import STATEMENT_KINDS, Excerpt
    from workflows import queues

from workflows.acquirer import READ_RETRY
from workflows.process import Process, error_type

READING = timedelta(minutes=2)
"""More than the longest statement takes on a busy machine."""


class Statements:
    """The readings of one case that are under way. Nothing else is kept here: what is still to
    be read follows from the case, also after it has continued as new."""

    def __init__(self) -> None:
        self._under_way: dict[str, ActivityHandle[Excerpt]] = {}

    @property
    def busy(self) -> bool:
        return bool(self._under_way)

    def has_news(self, case: Case) -> bool:
        """Whether a reading has ended, or one is to be started."""
        if any(handle.done() for handle in self._under_way.values()):
            return True
        return case.outcome is None and any(
            item.digest not in self._under_way for item in to_read(case)
        )

    async def go_on(self, p: Process) -> None:
        """Write down what has ended, and start what is to be read."""
        for digest in [d for d, handle in self._under_way.items() if handle.done()]:
            # While a failure is announced a clock may have its turn, and hear the others.
            handle = self._under_way.pop(digest, None)
            if handle is not None:
                await self._hear(p, digest, handle)
        if p.case.outcome is not None:
            _drop(p)
            return
        for item in to_read(p.case):
            if item.digest not in self._under_way:
                self._under_way[item.digest] = _start(p, item)

    async def _hear(self, p: Process, digest: str, handle: ActivityHandle[Excerpt]) -> None:
        try:
            p.record(ev.StatementRead(digest=digest, excerpt=await handle))
        except ActivityError as error:
            if p.case.outcome is not None:
                return
            item = next(item for item in p.case.evidence if item.digest == digest)
            await p.set_aside(f"read the statement {item.name}", error_type(error), evidence=digest)


def to_read(case: Case) -> list[EvidenceItem]:
    """Statements that nobody has read yet: neither we, nor a person for us, nor does one wait
    for a person. One of which lines were left out is read again when the sale is found."""
    return [item for item in case.evidence if _a_file_of_lines(item) and _unread(case, item.digest)]


def _a_file_of_lines(item: EvidenceItem) -> bool:
    """A picture of one line is what was asked for, and a person looks at it."""
    picture = item.media_type.startswith(("image/", "audio/", "video/"))
    return item.kind in STATEMENT_KINDS and not (item.kind == "statement_line" and picture)


def _unread(case: Case, digest: str) -> bool:
    failed = [work for work in case.work.values() if work.evidence == digest]
    if failed and failed[-1].how != "retry":
        return False
    excerpt = case.statements.get(digest)
    if excerpt is None:
        return True
    return bool(excerpt.omitted and case.sale and excerpt.sale != case.sale.reference)


def _start(p: Process, item: EvidenceItem) -> ActivityHandle[Excerpt]:
    order = StatementOrder(
        digest=item.digest, claim=p.case.claim, sale=p.case.sale, zone=p.case.playbook.time_zone
    )
    return workflow.start_activity_method(
        StatementDoor.read_statement,
        order,
        task_queue=queues.DOCUMENTS,
        start_to_close_timeout=READING,
        schedule_to_close_timeout=timedelta(seconds=p.limits.give_up_seconds),
        retry_policy=READ_RETRY,
        summary="read a statement",
    )


def _drop(p: Process) -> None:
    """The case is decided: nobody is asked any more about a file that could not be read. About
    money whose end is not known people are asked all the same."""
    for work in p.case.open_work:
        if work.aside and not work.money:
            p.record(ev.WorkResumed(item=work.item, how="dropped"))
