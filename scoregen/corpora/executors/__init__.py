"""Executors: the same work on many files in this process, in several processes, or on a cluster."""

from scoregen.corpora.executors.cluster import Cluster
from scoregen.corpora.executors.processes import Processes
from scoregen.corpora.executors.protocol import Executor, Failure, InProcess

__all__ = ["Cluster", "Executor", "Failure", "InProcess", "Processes"]
