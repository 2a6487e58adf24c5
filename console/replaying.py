"""``recourse replay``: does this version still read every stored history the same way?"""

from pathlib import Path
from typing import Annotated

import typer

from console.output import Exit, Form, as_json, fail, out, run
from recourse.disputes.models import Value
from worker.settings import load_settings
from worker.strict_replay import load_histories
from worker.upgrade import keys_of, replay_stored


class Replayed(Value):
    histories: int
    differences: tuple[str, ...]


def replay(
    folder: Annotated[Path, typer.Argument(help="stored histories, one JSON file each")],
    output: Annotated[Form, typer.Option("-o", "--output")] = Form.TABLE,
) -> None:
    """Replay stored histories strictly: commands, activity inputs and timer durations must
    be what was recorded. Exit code 1 when anything differs."""

    async def work() -> None:
        try:
            histories = load_histories(folder)
        except (OSError, ValueError) as error:
            fail(f"{folder}: {error}", Exit.USAGE)
        if not histories:
            fail(f"{folder} holds no histories", Exit.USAGE)
        differences = tuple(
            str(found) for found in await replay_stored(histories, keys_of(load_settings()))
        )
        result = Replayed(histories=len(histories), differences=differences)
        if output is Form.JSON:
            as_json(result)
        else:
            for line in differences:
                out.print(line)
            out.print(f"{len(histories)} histories, {len(differences)} differences")
        if differences:
            raise SystemExit(int(Exit.FAILED))

    run(work)
