"""The one exception that means "the user can mend this"; the C++ core throws it, too."""

from __future__ import annotations


class UserError(Exception):
    """A mistake in what the user gave: shown as one line, exit code 2, no traceback."""


class NoUnitError(UserError):
    """A flux whose source does not say its unit."""


class NoEventsError(UserError):
    """A file that is sound but holds no events: refused alone, skipped among several.

    See :func:`nugan_hep.skipping.skip_empty`.
    """
