"""What is drawn of a graph: every node, or boxes that hold many and open: scopes, repeated blocks, stretches.

Scopes nest as the program's do. Where a scope (or a program without any) holds more than can be looked at, that is cut
into repeated blocks, shown once with their count, and stretches in the order of the program (`viz.large.blocks`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import TypeAlias

import numpy as np

from microgradphys.errors import InputError
from microgradphys.notation import write
from viz.large.blocks import MOST_PARTS, Run, equal_stretches, runs, stretches
from viz.storyboard import Storyboard

# The largest graph that is drawn in full without being asked to.
MOST_NODES = 1200
# A stretch of so few nodes between two blocks stays as it is.
_SHORT = 4
# So many names fit into an error message.
_MOST_NAMES = 12

Fold = bool | int | str | Iterable[str]
Item: TypeAlias = "Group | int"


class Group:
    """Nodes that may be drawn as one box.

    Args:
        name: what the box is called.
        members: the nodes inside, by index, in the order of the program.
        parent: the group that it is in.
        depth: how many scopes all of its nodes share.
        count: of how many equal blocks it is made.
        parts: makes what it shows when it is open, where that does not follow from the scopes.
    """

    def __init__(
        self,
        name: str,
        members: Sequence[int],
        parent: Group | None,
        depth: int,
        count: int = 1,
        parts: Callable[[Group], Sequence[Item]] | None = None,
    ) -> None:
        """Keep what is inside."""
        self.name = name
        self.members = members
        self.parent = parent
        self.depth = depth
        self.count = count
        self.parts = parts

    @property
    def id(self) -> str:
        """The id of its box in a picture."""
        return f"g{self.members[0]}"

    @property
    def path(self) -> tuple[str, ...]:
        """The names from the outermost group to this one."""
        return tuple(group.name for group in reversed([self, *self.ancestors()]))[1:]

    def ancestors(self) -> list[Group]:
        """The groups that it is in, from the inside out."""
        found, group = [], self.parent
        while group is not None:
            found.append(group)
            group = group.parent
        return found

    def is_called(self, text: str) -> bool:
        """Whether a text is its name, or the end of its path: "neuron 3", "layer 1/neuron 3"."""
        return self.name == text or f"/{'/'.join(self.path)}".endswith(f"/{text}")


class Folding:
    """The groups of a storyboard's graph, each made when something asks for it.

    Args:
        story: the storyboard.
        full: never cut a scope into blocks and stretches, however much it holds.

    >>> from microgradphys import Value, scope
    >>> with scope("a"):
    ...     y = Value(3.0, "w") * 2
    >>> folding = Folding(Storyboard((y * y).named("E")))
    >>> [folding.items(folding.root)[0].name, folding.items(folding.root)[1]]
    ['a', 3]
    """

    def __init__(self, story: Storyboard, full: bool = False) -> None:
        """Find the nodes that are drawn: constants without a name stand in the formulas only."""
        self.story = story
        self.visible = [k for k, node in enumerate(story.nodes) if node.op or node.named or not node.constant]
        self.large = len(self.visible) > MOST_NODES and not full
        self.root = Group("", self.visible, None, 0)
        self._items: dict[Group, list[Item]] = {}

    @cached_property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """For each edge of the graph the node it comes from, and the node it goes to."""
        parents = [node.parents for node in self.story.nodes]
        counts = [len(some) for some in parents]
        sources = np.fromiter(chain.from_iterable(parents), int, sum(counts))
        return sources, np.repeat(np.arange(len(counts)), counts)

    def items(self, group: Group) -> list[Item]:
        """What a group shows when it is open: nodes by index, and groups."""
        if group not in self._items:
            items = list(self._scoped(group) if group.parts is None else group.parts(group))
            self._items[group] = self._gathered(group, items) if self.large and len(items) > MOST_PARTS else items
        return self._items[group]

    def groups(self, group: Group) -> list[Group]:
        """The groups among the items of a group."""
        return [item for item in self.items(group) if isinstance(item, Group)]

    def boxes(self, opened: set[Group]) -> list[Item]:
        """List what is drawn when some groups are open."""
        boxes: list[Item] = []
        stack: list[Item] = [self.root]
        while stack:
            item = stack.pop()
            if isinstance(item, Group) and item in opened:
                stack += reversed(self.items(item))
            else:
                boxes.append(item)
        return boxes

    def opened(self, fold: Fold = (), unfold: str | Iterable[str] = ()) -> set[Group]:
        """Decide which groups are open.

        Args:
            fold: what is closed: names or paths of groups, True for the outermost scopes, or the depth from which on
                they are; for a large graph all that is not asked for otherwise.
            unfold: names or paths of groups that are open.

        Raises:
            InputError: no group is called so, or the depth makes no sense.
        """
        depth = _depth(fold)
        closed = {group for text in _texts(fold) for group in self.find(text)}
        opened = self._usual() if self.large and depth is None else self._down_to(depth)
        opened = {group for group in opened if not closed & {group, *group.ancestors()}}
        for text in _texts(unfold):
            for group in self.find(text):
                opened |= {group, *group.ancestors()}
        for group in closed:
            opened |= set(group.ancestors())
        return opened

    def find(self, text: str) -> list[Group]:
        """The groups of a name or path: scopes wherever they are, else the outermost blocks and stretches.

        Raises:
            InputError: there is none.
        """
        seen: list[Group] = []
        for scopes_only in (True, False):
            level, found = [self.root], []
            while level and not (found and not scopes_only):
                level = [one for group in level for one in self.groups(group) if one.parts is None or not scopes_only]
                found += [group for group in level if group.is_called(text)]
                seen += level
                level = [group for group in level if group not in found]
            if found:
                return found
        names = list(dict.fromkeys(repr(group.name) for group in seen))
        there = ", ".join(sorted(names)[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
        raise InputError(f"no scope is called {text!r}; the scopes are {there or 'none'}")

    def _usual(self) -> set[Group]:
        """Open the outside of a large graph, and what is alone in it."""
        opened, group = {self.root}, self.root
        while len(self.items(group)) <= _SHORT and len(groups := self.groups(group)) == 1 and groups[0].parts is None:
            group = groups[0]
            opened.add(group)
        return opened

    def _down_to(self, depth: int | None) -> set[Group]:
        """Open all scopes above a depth, or all there are."""
        opened, level = {self.root}, [self.root]
        while level and (depth is None or level[0].depth < depth - 1):
            level = [below for group in level for below in self.groups(group) if below.parts is None]
            opened |= set(level)
        return opened

    def _scoped(self, group: Group) -> list[Item]:
        """The scopes in a group, and the nodes in none of them, each where it begins."""
        inside: dict[str, list[int]] = {}
        items: list[Item | str] = []
        for k in group.members:
            scope = self.story.nodes[k].scope
            # The loss stays by itself: the backward pass starts at it.
            if len(scope) <= group.depth or k == self.story.loss:
                items.append(k)
                continue
            name = scope[group.depth]
            if name not in inside:
                items.append(name)
            inside.setdefault(name, []).append(k)
        return [Group(item, inside[item], group, group.depth + 1) if isinstance(item, str) else item for item in items]

    def _gathered(self, group: Group, items: list[Item]) -> list[Item]:
        """Gather the many items of a group: nodes into blocks and stretches, groups into rows of equal ones."""
        nodes = [item for item in items if isinstance(item, int) and item != self.story.loss]
        groups = [item for item in items if isinstance(item, Group)]
        gathered: list[Item] = []
        gathered += self._cut(group, nodes) if len(nodes) > MOST_PARTS // 2 else nodes
        # Equal blocks that are shown in full are a long list like any other.
        gathered += self._rows(group, groups) if len(groups) > MOST_PARTS // 2 and group.count == 1 else groups
        if self.story.loss in items:
            gathered.append(self.story.loss)
        gathered.sort(key=_first)
        return gathered if len(gathered) <= 2 * MOST_PARTS else self._chunks(group, gathered)

    def counted(self, group: Group) -> tuple[int, int]:
        """How many operations and how many parameters one of a group's equal blocks has."""
        members = np.asarray(group.members, int)
        operations, parameters = (int(kind[members].sum()) // group.count for kind in self._kinds)
        return operations, parameters

    @cached_property
    def _kinds(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether each node is an operation, and whether it is a parameter."""
        nodes = self.story.nodes
        operations = np.array([node.op is not None for node in nodes], bool)
        return operations, ~operations & np.array([not node.constant for node in nodes], bool)

    def _cut(self, group: Group, nodes: list[int]) -> list[Item]:
        """Cut nodes into repeated blocks and stretches."""
        recorded = [self.story.recording[k] for k in nodes]
        found = runs(recorded)
        if len(found) == 1 and (found[0].count == 1 or (found[0].length == 1 and group.parts is not None)):
            found = stretches(recorded, min(MOST_PARTS // 2, -(-len(nodes) // 8)))
        items: list[Item] = []
        for run in found:
            members = nodes[run.start : run.stop]
            if run.count > 1:
                items.append(self._repeated(group, members, run))
            elif run.length <= _SHORT:
                items += members
            else:
                items.append(Group(self._range(members), members, group, group.depth, parts=_members))
        taken: Counter[str] = Counter()
        for item in items:
            if isinstance(item, Group):
                taken[item.name] += 1
                item.name += f" ({taken[item.name]})" if taken[item.name] > 1 else ""
        return items

    def _repeated(self, group: Group, members: list[int], run: Run) -> Group:
        """Gather equal blocks: the first is shown, the others are in a group of their own."""
        blocks = [members[k : k + run.length] for k in range(0, len(members), run.length)]
        count = run.count if run.length > 1 else 1

        def shown(whole: Group) -> list[Item]:
            rest = Group(f"{run.count - 1} more", members[run.length :], whole, group.depth, max(count - 1, 1), others)
            return [*blocks[0], rest]

        def others(rest: Group) -> list[Item]:
            if run.length == 1:
                return list(rest.members)
            numbered = enumerate(blocks[1:], 2)
            return [Group(f"block {k}", block, rest, group.depth, parts=_members) for k, block in numbered]

        return Group(f"{self._title(blocks[0])} × {run.count}", members, group, group.depth, count, shown)

    def _rows(self, group: Group, groups: list[Group]) -> list[Item]:
        """Gather equal groups that follow each other."""
        items: list[Item] = []
        recorded = [[self.story.recording[k] for k in one.members] for one in groups]
        for run in equal_stretches(recorded, group.depth + 1):
            row = groups[run.start : run.stop]
            if run.count < 3:
                items += row
                continue
            members = sorted(k for one in row for k in one.members)
            name = f"{row[0].name} … {row[-1].name}"
            items.append(Group(name, members, group, group.depth, run.count, _of(row)))
        return items

    def _chunks(self, group: Group, items: list[Item]) -> list[Item]:
        """Cut a long list of items into a few stretches of it."""
        size = -(-len(items) // (MOST_PARTS // 2))
        chunks: list[Item] = []
        for start in range(0, len(items), size):
            part = items[start : start + size]
            members = sorted(k for one in part for k in (one.members if isinstance(one, Group) else (one,)))
            first, last = part[0], part[-1]
            name = self._range(members)
            if isinstance(first, Group) and isinstance(last, Group) and group.count > 1:
                name = f"{first.name} … {last.name}"
            chunks.append(Group(name, members, group, group.depth, parts=_of(part)))
        return chunks

    def _range(self, members: Sequence[int]) -> str:
        """Name nodes that have nothing else in common by where they stand in the program."""
        if all(self.story.nodes[k].op is None for k in members):
            return f"{self._title(members)} {members[0]} to {members[-1]}"
        return f"nodes {members[0]} to {members[-1]}"

    def _title(self, members: Sequence[int]) -> str:
        """Name nodes by what comes out of them."""
        nodes = [self.story.nodes[k] for k in members]
        if all(node.op is None for node in nodes):
            return "constants" if all(node.constant for node in nodes) else "leaves"
        last = nodes[-1]
        if last.named:
            return write(last.label)
        ops = list(dict.fromkeys(node.op for node in nodes if node.op))
        return ", ".join(ops) if len(ops) < 3 else f"{ops[0]} … {last.op}"


def _members(group: Group) -> Sequence[Item]:
    """The nodes of a group as they are."""
    return group.members


def _of(items: Sequence[Item]) -> Callable[[Group], Sequence[Item]]:
    """Show these, as parts of the group they are put into."""

    def parts(group: Group) -> Sequence[Item]:
        for item in items:
            if isinstance(item, Group):
                item.parent = group
        return items

    return parts


def _first(item: Item) -> int:
    """Where an item begins in the program."""
    return item.members[0] if isinstance(item, Group) else item


def _depth(fold: Fold) -> int | None:
    """The depth from which on scopes are closed, if it is said."""
    if fold is True:
        return 1
    if isinstance(fold, int) and fold is not False:
        if fold < 1:
            raise InputError(
                f"fold={fold} is not a depth; fold=1 closes the outermost scopes, fold=2 those inside them"
            )
        return fold
    return None


def _texts(names: Fold) -> list[str]:
    """The names that were given."""
    if isinstance(names, str):
        return [names]
    return [] if isinstance(names, int) else list(names)
