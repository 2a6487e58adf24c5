"""How a case looks in a terminal."""

import pytest

from console import shown
from recourse.disputes import events as ev
from recourse.disputes.view import view
from tests.disputes.building import NOW, a_case, a_sale


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "✓ the amount agrees ✗ another card"), ("zh-CN", "✓ 金额一致 ✗ 卡号后四位不一致")],
)
def test_candidates_are_told_in_the_language_of_the_claim(
    language: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What speaks for and against a candidate stands beside it, in the claimant's language."""
    findings = {"536365": ("sale_amount_agrees", "card_last4_contradicts")}
    asked = ev.SaleAmbiguous(candidates=(a_sale(),), question="card_last4", findings=findings)
    shown.case(view(a_case(asked), NOW).model_copy(update={"language": language}))
    assert f"536365: {said}" in capsys.readouterr().out
