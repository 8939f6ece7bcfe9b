"""The network and its training: the only room that knows torch. It sees ids and features."""
