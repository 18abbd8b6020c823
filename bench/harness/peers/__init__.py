"""The supervisors compared, in the order they are shown; the floor first."""
from .daemontools import Daemontools
from .floor import Floor
from .holdfast import Holdfast
from .pm2 import Pm2
from .runit import Runit
from .s6 import S6
from .supervisord import Supervisord, SupervisordUncaptured

ALL = (Floor, Holdfast, Supervisord, SupervisordUncaptured, Runit, S6, Daemontools, Pm2)
