"""``kill -9`` at any moment of a case: the same outcome, the same money, no notice twice."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from console.demo.secrecy import personal_words, readable
from recourse.disputes import events as ev
from recourse.disputes.money import parse
from tests.stack.cast import ALL, Part
from tests.stack.moments import Killer, moments, money_moments
from tests.stack.theatre import Ended, Theatre, a_theatre
from tests.telling import Tell

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]

WITHIN = timedelta(seconds=110)


async def test_killed_at_every_moment_cases_end_as_if_nothing_had_happened(
    tmp_path: Path, tell: Tell
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
            tell(told(killer, killed))
        disturbed = struck.result()
        reference = {ended.part.role.name: ended for ended in undisturbed.result()}
        assert not killer.missed
        for ended in disturbed:
            as_in(reference[ended.part.role.name], ended)
        one_message_each(killed, disturbed)
        tells_nothing(killed, killer.parts)
        repeated = killed.mailbox.deliveries()
        assert max(repeated.values()) > 1, "no delivery was repeated: the kills hit nothing"
        assert set(quiet.mailbox.deliveries().values()) == {1}


@pytest.mark.timeout(150)
async def test_killed_at_every_boundary_of_a_correction_pays_the_same(
    tmp_path: Path, tell: Tell
) -> None:
    """Killing the worker, or everything, before and after each step of a correction, of one
    in doubt and of one that failed late and is issued again, leaves what is paid out in all
    unchanged: each intent once, to the cent."""
    async with a_theatre(tmp_path / "killed") as killed:
        killer = Killer(killed, money_moments())
        await killer.prepare()
        ended: list[Ended] = []
        try:
            ended = await killer.kill_during(killed.play(killer.parts, WITHIN))
        finally:
            tell(f"{told(killer, killed)}\n{paid(ended)}")
        assert not killer.missed
        for one in ended:
            as_its_role_says(one)
            ids = [intent.order.effect_id for intent in one.case.intents]
            assert len(set(ids)) == len(ids) == one.part.role.effects
        heard = [e for one in ended for e in one.entries if isinstance(e.event, ev.WebhookHeard)]
        assert heard, "no case was told by the acquirer that there was news"
        assert sum(cents(one) for one in ended) == sum(
            parse(one.part.role.credited, "CNY").minor for one in ended
        )


def cents(ended: Ended) -> int:
    return ended.totals.credited.minor if ended.totals is not None else 0


def paid(ended: Iterable[Ended]) -> str:
    """What was paid out in all, and what it should be."""
    cases = list(ended)
    due = sum(parse(one.part.role.credited, "CNY").minor for one in cases)
    effects = sum(one.effects for one in cases)
    return (
        f"paid out {sum(map(cents, cases))} of {due} minor units in {len(cases)} cases,"
        f" {effects} effects"
    )


@pytest.mark.timeout(24 * 3600)
@pytest.mark.skipif("RECOURSE_CHAOS_MINUTES" not in os.environ, reason="a longer run, when asked")
async def test_killed_at_random_cases_end_as_if_nothing_had_happened(
    tmp_path: Path, tell: Tell
) -> None:
    """Whatever is killed whenever, for as long as ``RECOURSE_CHAOS_MINUTES`` says, nothing
    differs; ``RECOURSE_CHAOS_SEED`` throws the same dice again."""
    seed = os.environ.get("RECOURSE_CHAOS_SEED") or str(time.time_ns())
    dice = random.Random(seed)
    until = time.monotonic() + 60 * float(os.environ["RECOURSE_CHAOS_MINUTES"])
    everybody: list[Ended] = []
    async with a_theatre(tmp_path / "killed") as killed:
        killer = Killer(killed, [])
        killing = asyncio.create_task(killer.kill_at_random(dice, until))
        try:
            while not killing.done():
                first = 100 + len(everybody)
                parts = [Part(dice.choice(ALL), first + place) for place in range(12)]
                everybody += await killed.play(parts, timedelta(minutes=5))
            await killing
        finally:
            killing.cancel()
            tell(f"{told(killer, killed)}\nRECOURSE_CHAOS_SEED={seed}")
        for ended in everybody:
            as_its_role_says(ended)
        one_message_each(killed, everybody)


def as_its_role_says(ended: Ended) -> None:
    """Whatever happened meanwhile: the end of the role, each effect once, no work item."""
    role, name = ended.part.role, ended.part.name
    assert ended.case.outcome is role.outcome, name
    assert ended.money == (role.credited, role.debited), name
    assert ended.effects == role.effects, name
    assert len([e for e in ended.entries if isinstance(e.event, ev.CaseOpened)]) == 1, name
    assert not [e for e in ended.entries if isinstance(e.event, ev.WorkFailed)], name


def as_in(reference: Ended, ended: Ended) -> None:
    """The case ended as its undisturbed twin, and as its role says."""
    as_its_role_says(ended)
    assert ended.case.outcome is reference.case.outcome, ended.part.name
    assert ended.case.path == reference.case.path, ended.part.name
    assert ended.money == reference.money, ended.part.name
    assert ended.effects == reference.effects, ended.part.name
    assert ended.told == reference.told, ended.part.name


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


def tells_nothing(theatre: Theatre, parts: Iterable[Part]) -> None:
    """Whatever was torn in the middle: no person and no word of theirs stands in Temporal's
    files, in a log or in what was printed."""
    claims = [part.claim for part in parts]
    words = personal_words(claims) | {claim.story for claim in claims}
    words |= {str(value) for part in parts for act in part.role.acts for value in act.data.values()}
    telling = {word for word in words if (len(word) > 3 and not word.isascii()) or "@" in word}
    home = theatre.up.home
    files = [*home.glob("temporal.db*"), *(home / "logs").glob("*.log"), theatre.up.said]
    assert len(files) > 4
    assert readable(telling, files) == {}


def told(killer: Killer, theatre: Theatre) -> str:
    """What was killed when, and how many deliveries that repeated."""
    whom = Counter(who for _, who, _ in killer.kills)
    kills = ", ".join(f"{times} of {who}" for who, times in whom.most_common())
    lines = [
        f"{whom.total()} kills ({kills}):",
        *(f"{at:6.1f} s  {who:9}  {', '.join(names)}" for at, who, names in killer.kills),
    ]
    deliveries = theatre.mailbox.deliveries()
    twice = {message_id: times for message_id, times in deliveries.items() if times > 1}
    lines.append(
        f"{len(theatre.board)} cases, {len(deliveries)} notices, {len(twice)} of them delivered"
        f" again, {sum(twice.values()) - len(twice)} repeated deliveries in all"
    )
    return "\n".join(lines)
