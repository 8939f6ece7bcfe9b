"""What a run of training needs besides the network: its state on disk, processes, signals, speed, event files."""
