"""The network and its training: the only room that imports torch. It works on ids and features."""
