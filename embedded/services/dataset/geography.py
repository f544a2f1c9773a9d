"""Taxi zones 1 to 265: where trips begin and end."""

from functools import cache

import numpy as np
import numpy.typing as npt

from embedded.services.dataset.prng import chosen

ZONES = range(1, 266)
NEWARK, JFK, LA_GUARDIA = 1, 132, 138

# Zones of Manhattan where the congestion surcharge is due, and where yellow taxis are busiest.
MIDTOWN_AND_BELOW = (
    *(4, 12, 13, 43, 45, 48, 50, 68, 79, 87, 88, 90, 100, 107, 113, 114, 125, 137, 140, 141, 142, 143, 144, 148, 158),
    *(161, 162, 163, 164, 170, 186, 209, 211, 224, 229, 230, 231, 232, 233, 234, 236, 237, 239, 246, 249, 261, 262),
    263,
)
# Where green taxis may be hailed and are: upper Manhattan, Brooklyn, Queens.
GREEN_ZONES = (7, 33, 41, 42, 49, 65, 66, 74, 75, 82, 92, 95, 97, 116, 129, 130, 166, 181, 223, 226, 244, 247, 255, 260)

AIRPORT_WEIGHTS = {JFK: 45, LA_GUARDIA: 35, NEWARK: 3}


def _weight(taxi: str, zone: int) -> int:
    if taxi == "yellow" and zone in AIRPORT_WEIGHTS:
        return AIRPORT_WEIGHTS[zone]
    busy = MIDTOWN_AND_BELOW if taxi == "yellow" else GREEN_ZONES
    return 10 + zone * 37 % 41 if zone in busy else 1 + zone % 2


@cache
def zone_table(taxi: str) -> npt.NDArray[np.int32]:
    """Zones by a 16-bit draw, each as often as it is used."""
    return chosen(ZONES, [_weight(taxi, zone) for zone in ZONES])


@cache
def surcharged() -> npt.NDArray[np.bool_]:
    """For each zone number, whether the congestion surcharge is due there."""
    due = np.zeros(ZONES.stop, dtype=bool)
    due[list(MIDTOWN_AND_BELOW)] = True
    return due
