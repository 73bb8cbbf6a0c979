"""What a subscriber is handed of the records on the topic: each once, and of an alert never an older revision."""

from __future__ import annotations

import pytest

from schemas.alert import AlertV1
from streams.client import subscribe
from streams.settings import Settings
from tests.builders import ADelivery
from tests.delivery.scene import an_alert

FIRST, AGAIN, OTHER = an_alert(), an_alert(), an_alert(headline="Chernihiv Oblast: one strike, 5 killed")
SECOND = an_alert(revision=2)


@pytest.mark.parametrize(
    ("history", "handed"),
    [
        ([FIRST, AGAIN], [FIRST]),
        ([FIRST, OTHER], [FIRST, OTHER]),
        ([FIRST, OTHER, FIRST], [FIRST, OTHER, FIRST]),
        ([FIRST, SECOND, FIRST], [FIRST, SECOND]),
        ([SECOND, FIRST, OTHER], [SECOND]),
        ([FIRST, an_alert("other"), AGAIN], [FIRST, an_alert("other")]),
    ],
    ids=["the same", "of equals the later", "however often", "an older one", "older ones", "another alert"],
)
def test_a_subscriber_is_handed_what_is_new_of_each_alert(history: list[AlertV1], handed: list[AlertV1]) -> None:
    subscription = subscribe(Settings())
    read = [subscription._read(ADelivery(alert.model_dump_json().encode())) for alert in history]
    assert [alert for alert in read if alert is not None] == handed
