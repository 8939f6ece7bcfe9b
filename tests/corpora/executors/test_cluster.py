"""A Ray cluster of two nodes on this machine: a node that is removed half-way loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scoregen.corpora.executors import Cluster
from scoregen.system.errors import ToolError
from tests.corpora.executors.work import slow_on_its_machine, slowly_squared

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A head that runs nothing, and two nodes of one processor."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install scoregen[cluster]")
    from ray.cluster_utils import Cluster as LocalCluster

    started = LocalCluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [started.add_node(num_cpus=1) for _ in range(2)]
    started.wait_for_nodes()
    yield started, nodes
    ray.shutdown()
    started.shutdown()


@pytest.mark.filterwarnings("ignore")
def test_a_node_that_is_removed_loses_nothing(cluster: Any, tmp_path: Path) -> None:
    started, nodes = cluster
    executor = Cluster(started.address)
    assert list(executor.map(slowly_squared, range(6))) == [0, 1, 4, 9, 16, 25]
    items = [(number, str(tmp_path)) for number in range(16)]
    results = executor.map(slow_on_its_machine, items)
    found = [next(results) for _ in range(3)]
    started.remove_node(nodes[1], allow_graceful=False)
    found += list(results)
    assert [result[0] for result in found if isinstance(result, tuple)] == list(range(16))
    begun = [int(path.name.partition("-")[0]) for path in tmp_path.iterdir()]
    assert len(begun) > len(set(begun)) == 16, "the item of the lost node began again"


def test_without_a_cluster_there_is_one_line() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install scoregen[cluster]")
    with pytest.raises(ToolError, match="ray start --head"):
        list(Cluster("127.0.0.1:1").map(slowly_squared, [1]))
