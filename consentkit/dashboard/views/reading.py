"""What an address asks for of the first page and its lists, read from the sink: for pages, pictures and files alike.

To be called in one snapshot, so that all that an answer shows is of one moment.
"""

from starlette.requests import Request

from consentkit.dashboard.context import Context
from consentkit.dashboard.figures import Facts, read_facts
from consentkit.dashboard.losses import read_lost
from consentkit.dashboard.overview import Frame, Overview, read_overview
from consentkit.dashboard.state import State, read_state


def read_choices(context: Context, request: Request) -> tuple[Facts, State]:
    """What the sink says about itself, and what the address chooses."""
    facts = read_facts(context.reader)
    return facts, read_state(request.query_params, context.moment().date(), facts.span)


def read_figures(context: Context, facts: Facts, state: State) -> Overview:
    """The figures that were chosen; the sink must have some (`facts.span`)."""
    timezone, period = context.settings.timezone, state.period
    lost = read_lost(context.reader, period, timezone)
    notes = context.store.annotations.between(period.first, period.last)
    return read_overview(context.reader, state, Frame(facts, timezone, context.moment(), notes, lost))
