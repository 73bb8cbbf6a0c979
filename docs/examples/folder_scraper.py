"""A complete scraper: publishes every report of a folder once.

    python docs/examples/folder_scraper.py INBOX

Each file INBOX/*.json holds one report. What the broker has acknowledged moves to INBOX/published, what breaks the
contract to INBOX/rejected with the reasons beside it. If the broker is away the files stay, and the next run tries
again: a report that is published twice counts once.

The broker's address and everything else come from SITREP_* variables, as for the `sitrep` command.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from streams.client import BrokerAway, InvalidReport, PublishError, ReportPublisher
from streams.settings import BadSettings, load_settings

EXIT_REJECTED, EXIT_USAGE, EXIT_BROKER_AWAY = 1, 2, 3


async def publish_files(inbox: Path, files: list[Path]) -> int:
    """Publish the files' reports, move the files within the inbox, and return how many were rejected."""
    published, rejected = inbox / "published", inbox / "rejected"
    published.mkdir(exist_ok=True)
    rejected.mkdir(exist_ok=True)
    bad = 0
    under_way = []
    try:
        async with ReportPublisher(load_settings()) as publisher:
            for path in files:
                try:
                    # Checks the report, waits for room, and goes on: many reports travel together.
                    under_way.append((path, await publisher.publish(path.read_bytes())))
                except InvalidReport as error:
                    bad += 1
                    reasons = "\n".join(str(mistake) for mistake in error.mistakes)
                    (rejected / f"{path.name}.reasons.txt").write_text(reasons + "\n", encoding="utf-8")
                    path.replace(rejected / path.name)
                    print(f"{path.name}: rejected: {error.mistakes[0]}", file=sys.stderr)
        # Leaving the block has waited for every acknowledgement, or raised.
    finally:
        acknowledged = [path for path, ack in under_way if ack.done() and ack.exception() is None]
        for path in acknowledged:
            path.replace(published / path.name)
        print(f"{len(acknowledged)} published, {bad} rejected")
    return bad


def main() -> int:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: folder_scraper.py INBOX", file=sys.stderr)
        return EXIT_USAGE
    inbox = Path(sys.argv[1])
    files = sorted(inbox.glob("*.json"))
    if not files:
        print(f"nothing to publish: no *.json in {inbox}")
        return 0
    try:
        return EXIT_REJECTED if asyncio.run(publish_files(inbox, files)) else 0
    except BadSettings as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except (BrokerAway, PublishError) as error:
        print(error, file=sys.stderr)
        return EXIT_BROKER_AWAY


if __name__ == "__main__":
    sys.exit(main())
