"""Reads alerts until Ctrl-C and goes on where it left off: ``python alert_reader.py [REGION…]``, such as UA-74."""

from __future__ import annotations

import asyncio
import sys

from streams.client import PublishError, subscribe
from streams.settings import BadSettings


async def main(regions: list[str]) -> None:
    # The group is remembered by the broker: whoever comes back with it gets what it has missed.
    async with subscribe(group="alert-reader", regions=regions, min_severity="moderate", start="beginning") as alerts:
        print("waiting for alerts; Ctrl-C ends it", file=sys.stderr)
        async for received in alerts:
            alert = received.alert
            print(alert.event.value, alert.severity.value, alert.headline, flush=True)
            for source in alert.evidence:
                print(f"    {source.source_id} ({source.reliability.value}) {source.url or ''}", flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:]))
    except (PublishError, BadSettings, ValueError) as error:  # no broker, no topic, a wrong setting or region
        sys.exit(f"alert_reader: {error}")
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
