"""How the account of a case's time looks in a terminal, in the reader's language."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.output import clean, out, table
from console.shown import moment
from recourse.disputes.explain import Change, Explained, Explanation, Stop
from recourse.disputes.spans import Span
from recourse.policies.references import reference
from templates.words import Words, words

BAR = 30
"""Width of the bar of shares, in characters."""
_KEY = re.compile(r"\[([A-Z][a-z]?\d+)\]")


def span_in_words(chosen: Words, span: Span) -> str:
    """A span of time as a language says it."""
    unit = span.unit.value if span.amount != 1 else f"{span.unit.value}_1"
    said = chosen.say("units", unit).format(n=span.amount)
    return chosen.say("units", "in_zone").format(span=said, zone=span.zone) if span.zone else said


class Teller:
    """Tells one explanation."""

    def __init__(self, told: Explanation, language: str) -> None:
        self._told = told
        self._words: Words = words(language)
        self._zone = ZoneInfo(told.time_zone)

    def show(self) -> None:
        out.print(self._told.case_id, style="bold")
        out.print(self._say("rules_of", playbook=self._told.playbook, calendar=self._told.calendar))
        self._life()
        for clock in self._told.clocks:
            out.print()
            self._clock(clock)

    def _life(self) -> None:
        out.print()
        rows = [
            (
                self._words.say("holders", share.holder.value),
                self._length(share.length),
                f"{share.percent:.1f} %",
                "█" * round(BAR * share.percent / 100),
            )
            for share in self._told.shares
        ]
        table((self._label("whose_time"), self._label("how_long"), "%", ""), rows)
        out.print()
        rows = [
            (
                self._moment(part.since),
                self._moment(part.until),
                self._words.say("holders", part.holder.value),
                self._length(part.length),
            )
            for part in self._told.intervals
        ]
        head = ("from", "until", "whose_time", "how_long")
        table(tuple(self._label(name) for name in head), rows)

    def _clock(self, clock: Explained) -> None:
        name = self._name(clock.name)
        state = self._words.say("clock_states", clock.state)
        sort = self._label("goal" if clock.goal else "time_limit")
        out.print(f"{clean(name)}  {state}  ({sort}, {clock.regime})", style="bold")
        for line in self._lines(clock):
            out.print(f"  {clean(line)}")
        for line in self._sources(clock):
            out.print(f"  {clean(line)}", soft_wrap=True)

    def _name(self, name: str) -> str:
        """A clock's name in words; one that is somebody's, with who it is."""
        kind, _, whose = name.partition(":")
        if not whose:
            return self._words.say("clocks", name)
        section = "rungs" if kind == "rung" else "roles"
        return f"{self._words.say('clocks', kind)}: {self._words.say(section, whose)}"

    def _lines(self, clock: Explained) -> list[str]:
        changes = [change for change in clock.changes if change.what != "resumed"]
        happened = [(stop.since, self._stop(stop)) for stop in clock.stops]
        happened += [(change.at, self._change(change)) for change in changes]
        happened.sort(key=lambda each: each[0])
        lines = [self._first(clock), *(line for _, line in happened)]
        if clock.due is None:
            lines.append(self._say("due_after", left=self._length(clock.left)))
        elif clock.due != clock.first_due:
            lines.append(self._say("so_due", due=self._moment(clock.due)))
        if clock.ended is not None:
            lines.append(
                self._say(
                    "ended",
                    at=self._moment(clock.ended),
                    state=self._words.say("clock_states", clock.state),
                )
            )
        else:
            lines.append(
                self._say(
                    "elapsed", elapsed=self._length(clock.elapsed), left=self._length(clock.left)
                )
            )
            lines.append(self._say("then", effect=self._words.say("effects", clock.default)))
        if clock.provisional:
            lines.append(self._say("provisional", day=clock.confirmed_until.isoformat()))
        return lines

    def _first(self, clock: Explained) -> str:
        due = self._moment(clock.first_due)
        if clock.span is None:
            return self._say("promised", what=clock.rule, due=due)
        span = span_in_words(self._words, clock.span)
        return self._say(
            "counted",
            span=span,
            anchor=self._words.say("anchors", clock.anchor or "start"),
            since=self._moment(clock.counted_from),
            due=due,
        )

    def _stop(self, stop: Stop) -> str:
        return self._say(
            "stood_still" if stop.until else "stands_still",
            since=self._moment(stop.since),
            until=self._moment(stop.until) if stop.until else "",
            who=self._words.say("balls", stop.ball.value),
            cost=self._length(stop.cost),
        )

    def _change(self, change: Change) -> str:
        """What moved a clock, by how much, to when and why, as far as each is known."""
        by_itself = change.what in ("restarted", "recounted", "stopped")
        why = self._words.say("restarts", change.why) if by_itself else change.why
        told = self._say(
            change.what,
            at=self._moment(change.at),
            needs=self._words.say("needs", change.needs),
        )
        if change.span is not None and not by_itself:  # the first sentence has it
            said = "in_all" if change.needs else "by_span"
            told += self._say(said, span=span_in_words(self._words, change.span))
        if change.due is not None:
            told += self._say("to_due", due=self._moment(change.due))
        return told + (self._say("because", why=why) if why else "")

    def _sources(self, clock: Explained) -> list[str]:
        """The rule that it began with and those that it was moved to, each source once."""
        if clock.span is None:
            return []
        source = clock.span.source
        lines, keys = [self._say("rule", rule=source or clock.rule)], _KEY.findall(source)
        for change in clock.changes:
            if change.span is None or change.what not in ("longer_by_rule", "adopted"):
                continue
            if change.span.source != source:
                source = change.span.source
                at = self._moment(change.at)
                lines.append(self._say("rule_since", at=at, rule=source or change.rule))
                keys += _KEY.findall(source)
        for key in dict.fromkeys(keys):
            found = reference(key)
            if found is not None:
                lines += [f"  [{key}] {found.title}", found.url]  # an address is never torn
        return lines

    def _moment(self, at: datetime) -> str:
        return moment(at, self._zone)

    def _length(self, length: timedelta) -> str:
        if length < timedelta(minutes=1):
            return self._words.say("lengths", "s").format(n=length // timedelta(seconds=1))
        minutes = round(length / timedelta(minutes=1))
        days, rest = divmod(minutes, 1440)
        hours, rest = divmod(rest, 60)
        parts = [(days, "d"), (hours, "h"), (rest, "min")]
        said = [
            self._words.say("lengths", unit).format(n=number) for number, unit in parts if number
        ]
        return " ".join(said[:2])

    def _label(self, name: str) -> str:
        return self._words.say("explain", name)

    def _say(self, sentence: str, **values: str) -> str:
        return self._words.say("explain", sentence).format(**values)
