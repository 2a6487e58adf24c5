"""A claim as people write it, and a card number the schemes publish for tests."""

CARD = "4111 1111 1111 1111"

CLAIM = """\
kind: wrong_refund
claimant: customer
customer: {name: 王芳, email: wang.fang@example.com}
merchant: {id: M100, name: 云膳过桥米线}
acquirer: simulator
sale:
  reference: 536365
  amount: {amount: 139.12, currency: CNY}
  at: 2026-11-20T12:31:00+08:00
  card_last4: 0042
refund: {requested: {amount: "10.00", currency: CNY}, reported: {amount: "100.00", currency: CNY}}
story: 退款多退了一个零
"""


def changed(old: str, new: str) -> str:
    """The sample with one thing other than it should be."""
    assert old in CLAIM
    return CLAIM.replace(old, new)
