"""Cases that end with the money put right at verification."""

from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.world import World, a_claim


async def test_refund_too_little_is_topped_up_and_confirmed(world: World) -> None:
    """A refund that was too small is made up once, followed until posted, and confirmed."""
    sale = await world.sale("536365")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim())
    assert not opened.joined
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms", text="少退了九十")
    await world.until(opened.case_id, step=Step.REFUND_PENDING)
    await world.pass_time(opened.case_id, days=4)
    await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(opened.case_id, "confirm_received", received=True)
    case = await world.until(opened.case_id, outcome=Outcome.CORRECTED)
    assert case.path == (Stage.CONTACT, Stage.VERIFICATION)
    totals = (await world.admin.totals())["536365"]
    assert str(totals.credited) == "100.00 CNY"
