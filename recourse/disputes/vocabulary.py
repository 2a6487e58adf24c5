"""The fixed words of a case: stages, steps, outcomes, causes. One word for one thing."""

from enum import StrEnum


class Stage(StrEnum):
    CONTACT = "contact"
    VERIFICATION = "verification"
    ESCALATION = "escalation"
    LEGAL = "legal"


class Step(StrEnum):
    """Where in its stage a case is (facts/domain §7.1). Rungs of the ladder are steps too."""

    RECEIVED = "received"
    AWAITING_ANSWERS = "awaiting_answers"
    LOCATING = "locating"
    MATCH_AMBIGUOUS = "match_ambiguous"
    MATCH_NONE = "match_none"
    IN_DOUBT_HOLD = "in_doubt_hold"
    CAUSE_FOUND = "cause_found"
    AWAITING_DECISION = "awaiting_decision"
    SECOND_PERSON_REVIEW = "second_person_review"
    CORRECTION_SUBMITTED = "correction_submitted"
    CORRECTION_IN_DOUBT = "correction_in_doubt"
    REFUND_PENDING = "refund_pending"
    OVER_REFUND_RECOVERY = "over_refund_recovery"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    TIER2 = "tier2"
    ACQUIRER_INQUIRY = "acquirer_inquiry"
    RETRIEVAL = "retrieval"
    SCHEME_DISPUTE = "scheme_dispute"
    CONSUMER_ASSOCIATION = "consumer_association"
    REGULATOR = "regulator"
    OMBUDSMAN = "ombudsman"
    LEGAL_HOLD = "legal_hold"
    DEMAND_SENT = "demand_sent"
    AWAITING_RESULT = "awaiting_result"
    WORK_ITEM = "work_item"
    CLOSED = "closed"


class Outcome(StrEnum):
    SETTLED = "settled"
    """The parties agreed between themselves."""
    CORRECTED = "corrected"
    """The money was put right and posted."""
    SATISFIED = "satisfied"
    """No money was owed: the slip was copied, or the money had already come."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SETTLED_WITH_AUTHORITY = "settled_with_authority"
    """Agreed or ruled before a regulator, a consumer association or an ombudsman."""
    JUDGMENT = "judgment"
    WRITTEN_OFF = "written_off"
    DUPLICATE = "duplicate"
    """Another case about the same sale carries on."""


class Cause(StrEnum):
    OPERATOR_ERROR = "operator_error"
    SYSTEM_FAULT = "system_fault"
    SUSPECTED_FRAUD = "suspected_fraud"
    ISSUER_OR_ACQUIRER_PROCESS = "issuer_or_acquirer_process"
    NETWORK_DELAY = "network_delay"
    PRINTER_FAULT = "printer_fault"
    PAPER_OUT = "paper_out"
    PLATFORM_OUTAGE = "platform_outage"
    POLICY_RESTRICTION = "policy_restriction"
    MISCONFIGURATION = "misconfiguration"
    CUSTOMER_LOST_SLIP = "customer_lost_slip"
    DEVICE_DAMAGE = "device_damage"
    WRONG_CARD_DATA = "wrong_card_data"
    DUPLICATE_REFUND = "duplicate_refund"
    REFUND_NEVER_SUBMITTED = "refund_never_submitted"
    REFUND_FAILED_AT_ISSUER = "refund_failed_at_issuer"
    REVERSAL_PENDING = "reversal_pending"
    REVERSED_BY_TIMEOUT = "reversed_by_timeout"
    REVERSED_IN_ERROR = "reversed_in_error"
    AMOUNT_MISMATCH = "amount_mismatch"
    GOODS_DISPUTE = "goods_dispute"
    NO_FAULT_FOUND = "no_fault_found"
    UNKNOWN_PENDING = "unknown_pending"


class MoneyState(StrEnum):
    """Where the claimant's money is (facts/domain §7.1, dimension 4)."""

    OUT_OF_POCKET = "out_of_pocket"
    IN_DOUBT = "in_doubt"
    PENDING = "pending"
    POSTED = "posted"
    REVERSED_BACK = "reversed_back"
    NOT_OWED = "not_owed"


class CorrectionState(StrEnum):
    """Where a movement of money is (facts/domain §7, the publishers' refund states joined)."""

    REQUESTED = "requested"
    """Written down and being asked for."""
    IN_DOUBT = "in_doubt"
    """Nobody knows yet whether the acquirer has it."""
    ACCEPTED = "accepted"
    PENDING = "pending"
    """Accepted, and the acquirer says what it waits for."""
    NEEDS_ACTION = "needs_action"
    """It goes on when somebody has done something."""
    POSTED = "posted"
    FAILED = "failed"
    ABNORMAL = "abnormal"
    """The card takes no money: it waits at the acquirer."""
    RETURNED = "returned"
    """Posted first, then sent back by the issuer."""
    BY_HAND = "by_hand"
    """Done elsewhere by a person."""
    PAID_TWICE = "paid_twice"
    """Done elsewhere by a person, and by the acquirer as well."""


class DecisionKind(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    REJECT = "reject"
    GOODWILL = "goodwill"
    RECOLLECT = "recollect"
    """The payment that was returned is collected again."""
    WRITE_OFF = "write_off"
    """What a receiver has too much is given up."""
    NO_CORRECTION = "no_correction"
    """Nothing is owed any more: tell the customer what was found."""


class Result(StrEnum):
    """What an asked or addressed party came back with."""

    CONFIRMS = "confirms"
    """What the claimant says is right."""
    DENIES = "denies"
    UNKNOWN = "unknown"
    UPHELD = "upheld"
    REJECTED = "rejected"
    NO_RECORD = "no_record"
    AGREED = "agreed"
    """Before an authority: the parties agreed, or a ruling both accept."""
    REFUSED = "refused"
    """The authority does not take the case."""
    PAID = "paid"
    """The debtor has paid."""
    JUDGMENT = "judgment"
    WRITTEN_OFF = "written_off"
