"""Casting: which player has which strand of the source, in which octave, from cell to cell.

A beam of joint assignments is kept for each cell; the cheapest path through them is found by dynamic programming
(Viterbi). A line stays with a player unless a change pays; lines change hands, and octaves, between phrases rather
than inside them, and only where both lines have a note that ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scoregen.generation.arranging.lines.players import FOLDED, OCTAVES
from scoregen.generation.arranging.lines.pricing import MANY_PLAYERS, RESTS, Casting, Option, Prices, Task

OPTIONS, MISSED, PARTIAL, STATES, CARRIED, CONTINUED = 6, 3, 40, 16, 6, 3
"""The cheapest options of a player in a cell, the strands worth most beside them, the partial and full assignments
kept, those kept from the cell before, and those whose held notes go on."""
_OCTAVES_OF_A_STRAND = 2


def cast(task: Task) -> tuple[Casting, ...]:
    """The cheapest casting of every cell."""
    rows: list[list[tuple[float, Casting, int]]] = []
    prices = Prices(task)
    for cell in range(len(task.source.cells)):
        states = _states(prices, cell, [state for _, state, _ in rows[-1][:CARRIED]] if rows else [])
        if not rows:
            rows.append([(cost, state, -1) for cost, state in states])
            continue
        row = []
        for cost, state in states:
            best, at = _cheapest_way(prices, cell, rows[-1], state)
            row.append((best + cost, state, at))
        rows.append(sorted(row, key=lambda entry: entry[0]))
    return _traced(rows)


def _cheapest_way(
    prices: Prices, cell: int, before: Sequence[tuple[float, Casting, int]], state: Casting
) -> tuple[float, int]:
    """The least cost of a path to a state, and the state before it; parallels are counted for promising paths only."""
    ways = sorted((old + prices.switches(cell, last, state), at) for at, (old, last, _) in enumerate(before))
    best = (float("inf"), 0)
    for cost, at in ways:
        if cost >= best[0]:
            break
        best = min(best, (cost + prices.parallels(cell, before[at][1], state), at))
    return best


def _traced(rows: Sequence[Sequence[tuple[float, Casting, int]]]) -> tuple[Casting, ...]:
    path, at = [], 0
    for row in reversed(rows):
        _, state, before = row[at]
        path.append(state)
        at = before
    return tuple(reversed(path))


def _states(prices: Prices, cell: int, before: Sequence[Casting]) -> list[tuple[float, Casting]]:
    """The cheapest joint assignments of a cell, with the best of the cell before if they are possible here."""
    prices.enter(cell)
    held = prices.source.held[cell]
    bound = [{at: option for at, option in enumerate(state) if option.strand in held} for state in before[:CONTINUED]]
    kept: dict[Casting, float] = {}
    for fixed in [each for at, each in enumerate(bound) if each not in bound[:at]] or [{}]:
        kept |= _beam(prices, cell, fixed)
    for state in before:
        if state not in kept:
            cost = _whole_cost(prices, cell, state)
            if cost is not None:
                kept[state] = cost
    scored = sorted(((cost + prices.lacking(cell, state), state) for state, cost in kept.items()))
    best = scored[:STATES]
    carried = set(before)
    return best + [entry for entry in scored[STATES:] if entry[1] in carried]


def _beam(prices: Prices, cell: int, fixed: Mapping[int, Option]) -> dict[Casting, float]:
    """The cheapest joint assignments, with their prices, in which some players go on with notes that they hold."""
    partial: list[tuple[float, Casting]] = [(0.0, ())]
    for player in prices.order:
        options = list(_options(prices, cell, player, fixed.get(player)))
        grown = [
            (cost + own + prices.with_others(cell, state, option), (*state, option))
            for cost, state in partial
            for own, option in options
        ]
        partial = sorted(grown, key=lambda entry: entry[0])[:PARTIAL]
    return {_in_order_of_players(prices, state): cost for cost, state in partial}


def _in_order_of_players(prices: Prices, state: Casting) -> Casting:
    return tuple(state[prices.order.index(player)] for player in range(len(state)))


def _whole_cost(prices: Prices, cell: int, state: Casting) -> float | None:
    """The price of a casting, given in the order of the players; None if it is impossible in a cell."""
    total, options = 0.0, tuple(state[player] for player in prices.order)
    for number, (player, option) in enumerate(zip(prices.order, options, strict=True)):
        if prices.pitches(cell, player, option) is None:
            return None
        total += prices.own(cell, player, option) + prices.with_others(cell, options[:number], option)
    return total


def _options(prices: Prices, cell: int, player: int, fixed: Option | None = None) -> Iterator[tuple[float, Option]]:
    """The cheapest options of a player, and to rest; only `fixed`, if it is possible in the cell.

    A note that is held from the cell before cannot be taken over.
    """
    if fixed is not None and prices.pitches(cell, player, fixed) is not None:
        yield (prices.own(cell, player, fixed), fixed)
        return
    found: list[tuple[float, Option]] = []
    allowed = prices.task.reserved.get(player)
    for strand in prices.importance.active[cell]:
        if strand in prices.source.held[cell] or (allowed is not None and strand not in allowed):
            continue
        wholes = (True, False) if prices.players[player].role.most_notes > 1 and strand in prices.wholes else (False,)
        for whole in wholes:
            own = [Option(strand, shift, whole) for shift in OCTAVES]
            ways = [(prices.own(cell, player, o), o) for o in own if prices.pitches(cell, player, o) is not None]
            ways = sorted(ways)[:_OCTAVES_OF_A_STRAND]
            folded = Option(strand, FOLDED)
            if not ways and not whole and prices.pitches(cell, player, folded) is not None:
                ways = [(prices.own(cell, player, folded), folded)]
            found += ways
    most = OPTIONS if len(prices.players) <= MANY_PLAYERS else OPTIONS // 2
    chosen = sorted(found)[:most]
    worth = {strand: prices.worth(cell, strand) for strand in {option.strand for _, option in found}}
    missed = sorted(set(worth) - {option.strand for _, option in chosen}, key=lambda strand: -worth[strand])
    for strand in missed[:MISSED]:
        chosen.append(min(entry for entry in found if entry[1].strand == strand))
    yield from chosen
    yield (prices.own(cell, player, RESTS), RESTS)
