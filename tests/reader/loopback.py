"""Turns the loopback interface on, then becomes another program: `python loopback.py PROGRAM ARGUMENTS…`.

For a network namespace of one's own, where there is no other interface: Firefox is driven over loopback.
"""

import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", IFF_UP, b""))
os.execvp(sys.argv[1], sys.argv[1:])
