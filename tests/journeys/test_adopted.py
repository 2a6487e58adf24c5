"""A case moves to other rules and another calendar while it runs."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from recourse.disputes import events as ev
from recourse.disputes.view import view
from recourse.disputes.vocabulary import Step
from recourse.policies.loading import Policies, regime_files
from tests.journeys.endings import SOON, armed, assert_one_timer, assert_punctual
from tests.world import SUPERVISOR, World, a_claim
from workflows.desk import Desk, NotAllowed


def published(folder: Path, free: str, house: str = "") -> Policies:
    """The shipped policies with the days of 2027 published, one more of them free, and with
    other goals of the house."""
    text = files("recourse.policies").joinpath("calendars", "CN.toml").read_text("utf-8")
    text = text.replace("confirmed_until = 2026-12-31", "confirmed_until = 2027-12-31")
    text = text.replace("holidays = [\n", f"holidays = [\n    {free},\n", 1)
    (folder / "calendars").mkdir()
    (folder / "calendars" / "CN.toml").write_text(text, "utf-8")
    if house:
        (folder / "house.toml").write_text(house, "utf-8")
    return Policies.shipped().with_packs(folder)


async def test_a_provisional_deadline_becomes_firm(world: World, tmp_path: Path) -> None:
    """A deadline of a year whose working days are not published says so. When they are, a
    supervisor moves the case to them: the deadline is reckoned anew, its timer with it, and it
    runs out on the new day and not on the old one."""
    await world.sale("AD-1")
    case_id = (await world.open(a_claim("AD-1"))).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "extend", clock="answer", days=30, reason="the terminal is abroad")
    case = await world.case(case_id)
    before = next(c for c in view(case, case.opened_at).clocks if c.name == "answer")
    assert before.due == datetime(2027, 1, 7, 16, tzinfo=UTC)
    assert before.provisional
    assert case.calendar.confirmed_until == date(2026, 12, 31)

    newer = Desk(world.client, world.desk._terms, policies=published(tmp_path, "2027-01-07"))
    given = {"reason": "the working days of 2027 are published"}
    await newer.act(case_id, "adopt_rules", given, SUPERVISOR)
    case = await world.case(case_id)
    after = next(c for c in view(case, case.opened_at).clocks if c.name == "answer")
    assert after.due == datetime(2027, 1, 8, 16, tzinfo=UTC)
    assert not after.provisional
    with pytest.raises(NotAllowed, match="the case has these rules and this calendar"):
        await newer.act(case_id, "adopt_rules", given, SUPERVISOR)

    await world.pass_time(case_id, days=60)
    ended = {e.clock: entry.at for entry, e in await world.events(case_id, ev.TimedOut)}
    assert_punctual(ended["answer"], after.due, await armed(world, case_id))
    await assert_one_timer(world, case_id)


async def test_a_stricter_goal_that_is_over_already_runs_out_at_once(
    world: World, tmp_path: Path
) -> None:
    """Nine days of fifteen have gone when the house decides on five: the clock keeps what
    has elapsed, so it is over, and its end comes now and is told as such."""
    await world.sale("AD-2")
    case_id = (await world.open(a_claim("AD-2"))).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="customer", answers={"refund_promise": "yes"})
    await world.pass_time(case_id, days=9)
    house = dict(regime_files())["house.toml"]
    house = house.replace('amount = 15, unit = "days"', 'amount = 5, unit = "days"', 1)
    newer = Desk(world.client, world.desk._terms, policies=published(tmp_path, "2027-01-07", house))
    await newer.act(case_id, "adopt_rules", {"reason": "we promise five days now"}, SUPERVISOR)
    await world.settled(case_id)
    (adopted,) = await world.events(case_id, ev.PolicyAdopted)
    ended = {e.clock: entry.at for entry, e in await world.events(case_id, ev.TimedOut)}
    assert timedelta() <= ended["answer"] - adopted[0].at < SOON
    await assert_one_timer(world, case_id)


async def test_a_case_moves_to_the_rules_of_the_day_in_the_books(world: World) -> None:
    """A customer remembers the first day of Order 121 and the sale is of the evening before:
    moved to the rules as they stand, the case is worked by those of the day of the sale."""
    evening = datetime(2026, 4, 14, 14, tzinfo=UTC)
    await world.sale("AD-3", at=evening)
    told = a_claim("AD-3")
    remembered = told.sale.model_copy(update={"at": evening + timedelta(hours=12)})
    opened = await world.open(told.model_copy(update={"sale": remembered}))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert case.sale is not None
    assert case.playbook.version == "2026-04-15"
    assert case.clocks["authority_window"].state == "stopped"
    given = {"reason": "the sale was of the day before"}
    await world.desk.act(case_id, "adopt_rules", given, SUPERVISOR)
    assert (await world.case(case_id)).playbook.version == "2020-01-01"
