"""The classifier of sets of four-momenta: blind where samples are alike, sees what hadrons do together."""

from __future__ import annotations

import numpy as np
import pytest
from whole_events import from_lists, particle_lists

from nugan_hep.hadrons import sets
from nugan_hep.hadrons.evaluation import lists_of_events
from nugan_hep.hadrons.final_states import Lists

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def samples() -> tuple[Lists, Lists]:
    contents = [(2212, 2212), (211, 2212), (2212, 2112, 2212)]
    made = [lists_of_events(from_lists(*particle_lists(1200, seed, contents))) for seed in (1, 2)]
    return made[0], made[1]


def test_alike_samples_look_alike(samples: tuple[Lists, Lists], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "EPOCHS", 2)
    found = sets.two_sample_of_sets(*samples)
    assert abs(found.auc - 0.5) < 4.0 * found.auc_error
    assert found.ess_fraction > 0.95


def test_hadrons_of_other_events_are_seen(
    samples: tuple[Lists, Lists], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hadron turned by its own angle: all single momenta are as likely, their sum is not."""
    monkeypatch.setattr(sets, "EPOCHS", 6)
    true, other = samples
    turned = np.roll(other.momentum, 1, axis=1)
    found = sets.two_sample_of_sets(
        true, Lists(other.enu, other.lepton, other.lepton_mass, other.n, other.pdg, turned)
    )
    assert found.auc > 0.5


def test_samples_of_unlike_size_are_refused(samples: tuple[Lists, Lists]) -> None:
    few = samples[0].take(np.arange(1200) < 600)
    with pytest.raises(ValueError, match="expected alike"):
        sets.two_sample_of_sets(few, samples[1])


def test_the_frame_has_no_azimuth(samples: tuple[Lists, Lists]) -> None:
    """Events turned about the neutrino are the same sets."""
    events = samples[0]
    c, s = np.cos(1.1), np.sin(1.1)
    turn = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    turned = Lists(
        events.enu, events.lepton @ turn, events.lepton_mass, events.n, events.pdg, events.momentum @ turn
    )
    np.testing.assert_allclose(sets.sets(turned).hadrons, sets.sets(events).hadrons, atol=1e-4)
