"""``kill -9`` at any moment of a case: the same outcome, the same money, no notice twice."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from recourse.disputes import events as ev
from tests.stack.cast import ALL, Part
from tests.stack.moments import Killer, moments
from tests.stack.theatre import Ended, Theatre, a_theatre

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]

WITHIN = timedelta(seconds=110)


async def test_killed_at_every_moment_cases_end_as_if_nothing_had_happened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killing the worker or everything at any moment changes no outcome, no path, no money."""
    async with (
        a_theatre(tmp_path / "quiet") as quiet,
        a_theatre(tmp_path / "killed") as killed,
    ):
        killer = Killer(killed, moments())
        await killer.prepare()
        calm = [Part(role, number) for number, role in enumerate(ALL, 1)]
        try:
            async with asyncio.TaskGroup() as both:
                undisturbed = both.create_task(quiet.play(calm, WITHIN))
                struck = both.create_task(killer.kill_during(killed.play(killer.parts, WITHIN)))
        finally:
            with capsys.disabled():
                sys.stdout.write(told(killer, killed))
        disturbed = struck.result()
        reference = {ended.part.role.name: ended for ended in undisturbed.result()}
        assert not killer.missed
        for ended in disturbed:
            as_in(reference[ended.part.role.name], ended)
        one_message_each(killed, disturbed)
        repeated = killed.mailbox.deliveries()
        assert max(repeated.values()) > 1, "no delivery was repeated: the kills hit nothing"
        assert set(quiet.mailbox.deliveries().values()) == {1}


def as_in(reference: Ended, ended: Ended) -> None:
    """The case ended as its undisturbed twin, and as its role says."""
    role, name = ended.part.role, ended.part.name
    assert ended.case.outcome is reference.case.outcome is role.outcome, name
    assert ended.case.path == reference.case.path, name
    assert ended.money == reference.money == (role.credited, role.debited), name
    assert ended.effects == reference.effects == role.effects, name
    assert ended.told == reference.told, name
    assert len([e for e in ended.entries if isinstance(e.event, ev.CaseOpened)]) == 1, name
    assert not [e for e in ended.entries if isinstance(e.event, ev.WorkFailed)], name


def one_message_each(theatre: Theatre, all_ended: Iterable[Ended]) -> None:
    """Every notice has one Message-ID, and all copies under it are the same bytes."""
    contents: dict[str, set[bytes]] = {}
    for mail in theatre.mailbox.messages():
        content = (theatre.mailbox.archive.directory / mail.file).read_bytes()
        contents.setdefault(mail.message_id, set()).add(content)
    assert [found for found, copies in contents.items() if len(copies) != 1] == []
    told = [message_id for ended in all_ended for message_id in ended.message_ids]
    assert len(told) == len(set(told))
    assert set(told) == set(contents)


def told(killer: Killer, theatre: Theatre) -> str:
    """What was killed when, and how many deliveries that repeated."""
    whom = Counter(who for _, who, _ in killer.kills)
    lines = [
        "",
        f"{whom['worker']} kills of the worker, {whom['up']} of the whole stack:",
        *(f"{at:6.1f} s  {who:6}  {', '.join(names)}" for at, who, names in killer.kills),
    ]
    deliveries = theatre.mailbox.deliveries()
    twice = {message_id: times for message_id, times in deliveries.items() if times > 1}
    lines.append(
        f"{len(killer.parts)} cases, {len(deliveries)} notices, {len(twice)} of them delivered"
        f" again, {sum(twice.values()) - len(twice)} repeated deliveries in all"
    )
    return "\n".join([*lines, ""])
