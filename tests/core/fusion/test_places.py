"""Equal places are one object: matching compares them by identity first, so that may not depend on a cache's memory."""

from __future__ import annotations

import gc
import weakref

from schemas.claim import ResolvedPlace
from schemas.vocabulary import PlacePrecision
from streams.core.fusion.places import spot, spot_of
from tests.core.fusion.wire import POLICY

OBLAST = ResolvedPlace(region="UA-63", precision=PlacePrecision.REGION)


def test_a_place_that_somebody_holds_is_the_same_object_when_the_cache_has_forgotten_it() -> None:
    held = spot_of(OBLAST, POLICY.near_km)
    spot.cache_clear()
    assert spot_of(OBLAST.model_copy(), POLICY.near_km) is held


def test_a_place_that_nobody_holds_is_forgotten() -> None:
    gone = weakref.ref(spot_of(ResolvedPlace(name="Held by nobody", region="UA-63"), POLICY.near_km))
    spot.cache_clear()
    gc.collect()
    assert gone() is None
