"""How long it still takes: what was planned of the rest, by how the plan has held so far."""
import time

TRUSTED_S = 10  # of the plan must be done before it is corrected


class Estimate:
    def __init__(self, clock=time.monotonic):
        self.clock, self.began = clock, clock()
        self.rest = []          # [step, seconds], in order
        self.planned = 0.0      # seconds that the done steps were to take

    def plan(self, step, seconds, times=1):
        self.rest += [[step, seconds] for _ in range(times)]

    def done(self, step):
        """One of the steps of this name is over; what was planned before it and did not come is, too."""
        at = next((i for i, (name, _) in enumerate(self.rest) if name == step), None)
        if at is not None:
            self.planned += self.rest[at][1]
            del self.rest[:at + 1]

    @property
    def elapsed(self):
        return self.clock() - self.began

    @property
    def left(self):
        """Seconds."""
        slowness = self.elapsed / self.planned if self.planned >= TRUSTED_S else 1
        return sum(seconds for _, seconds in self.rest) * slowness

    def text(self):
        """'  83 s', and in longer runs '  83 s, 34 min left'."""
        left = self.left
        return f"{self.elapsed:4.0f} s" + (f", {left / 60:.0f} min left" if left >= 60 else "")
