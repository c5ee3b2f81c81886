from __future__ import annotations

import os
import signal

import pytest

from nugan_hep.signals import stop_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_is_collected(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_signals() as caught:
        assert caught == []
        os.kill(os.getpid(), number)
        assert caught == [number]
    assert signal.getsignal(number) is before


def test_second_interrupt_is_not() -> None:
    def interrupt_twice() -> None:
        with stop_signals():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        interrupt_twice()


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stop_signals() as caught:
            os.kill(os.getpid(), signal.SIGINT)
        assert caught == []
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
