from .base import Peer


class Floor(Peer):
    name = "C floor"

    def start_command(self):
        return [self.arena.floor, str(self.count), self.arena.program, self.arena.fifo]
