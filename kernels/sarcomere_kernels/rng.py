"""Random streams: xoshiro [@Blackman-Vigna2021], their state in arrays.

Most draws come many at a time, from 16 lanes of xoshiro128++ side by side, which the compiler turns into vector
instructions (a third of the time of one stream); the few in between come from one xoshiro256++.
"""

import numpy as np

from sarcomere_kernels.compiled import inlined, inner
from sarcomere_kernels.types import N_LANES, U4, U8

_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53
_WORDS = 4294967296.0  # 2**32


@inlined
def _rotate(x: np.uint64, k: int) -> np.uint64:
    return (x << np.uint64(k)) | (x >> np.uint64(64 - k))


@inlined
def _rotate_32(x: np.uint32, k: int) -> np.uint32:
    return np.uint32(np.uint32(x << np.uint32(k)) | np.uint32(x >> np.uint32(32 - k)))


@inner
def uniform(stream: U8) -> float:
    """Return the next uniform number in [0, 1) of the single stream; moves it on."""
    s0, s1, s2, s3 = stream[0], stream[1], stream[2], stream[3]
    word = _rotate(s0 + s3, 23) + s0
    t = s1 << np.uint64(17)
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    stream[0], stream[1], stream[2], stream[3] = s0, s1, s2, _rotate(s3, 45)
    return np.float64(np.int64(word >> np.uint64(11))) * _TO_UNIT


@inlined
def to_unit(word: np.uint32) -> float:
    """Return the number in (0, 1) that a word stands for."""
    return (np.float64(word) + 0.5) * (1.0 / _WORDS)


@inlined
def word_below(chance: float) -> np.uint32:
    """Return a word below which every word stands for a number below ``chance``."""
    return np.uint32(min(max(chance * _WORDS - 1.0, 0.0), _WORDS - 1.0))


@inlined
def word_up_to(chance: float) -> np.uint32:
    """Return a word that no word which stands for a number below ``chance`` exceeds."""
    return np.uint32(min(chance * _WORDS, _WORDS - 1.0))


@inner
def fill_words(lanes: U4, draws: U4, n: int) -> None:
    """Put random words into ``draws``: n, and on to the next multiple of 16; moves all lanes on."""
    for begin in range(0, n, N_LANES):
        block = draws[begin : begin + N_LANES]
        for i in range(N_LANES):
            s0, s1, s2, s3 = lanes[0, i], lanes[1, i], lanes[2, i], lanes[3, i]
            word = np.uint32(_rotate_32(np.uint32(s0 + s3), 7) + s0)
            t = np.uint32(s1 << np.uint32(9))
            s2 ^= s0
            s3 ^= s1
            s1 ^= s2
            s0 ^= s3
            s2 ^= t
            lanes[0, i], lanes[1, i], lanes[2, i], lanes[3, i] = s0, s1, s2, _rotate_32(s3, 11)
            block[i] = word
