from pathlib import Path
from scoregen.score.elements import Score
def read_abc(path: Path) -> Score:
    raise NotImplementedError
