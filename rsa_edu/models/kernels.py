"""The compiled CPU path: the same computation as attentive.py, a few batch elements at a time.

Serial functions without the GIL; pool.py splits the batch over threads. A group of batch elements
goes through the whole sequence in one thread, so that its states stay in that core's cache. States
are never moved: a slot holds the row of its state. Rows 0..S-1 are the states that were in memory
before the first step, row S + t is h_t. The keys U_a h are computed once per state, and the
backward pass computes tanh again instead of storing (T, B, K, H) of it.

All in one file: numba's cache on disk looks at the file of a compiled function only. Were `_dot` or
`tanh` in another, a change there would leave the old passes in use.
"""

import math

import numba
import numpy as np
from numba import types
from numba.extending import overload

TANH, MODRELU, RELU, IDENTITY, LSTM = range(5)
"""What computes h_t: a nonlinearity of the RNN, or the gates of the LSTM."""
ADDITIVE, SCALED_DOT = range(2)
MEAN, SUM, ATTENTION = range(3)
NOTHING, EVERYTHING, BUFFERED, POOL = range(4)
"""What is attended: no state; all states; those in buffer and relevant set; those in one pool."""
NEVER, IN_BUFFER, ALWAYS = range(3)
"""When a state's score grows by the attention it gets."""

# Reductions may be reordered, which lets them use vector registers; NaN and infinity stay exact.
_fast = {"reassoc", "contract", "arcp", "nsz"}
_jit = numba.njit(cache=True, nogil=True, fastmath=_fast, error_model="numpy")
_inline = numba.njit(inline="always", fastmath=_fast, error_model="numpy")


def tanh(x):
    """tanh; in float32 a rational function, right to 3e-7, that the compiler can vectorise."""
    raise NotImplementedError


_CLAMP = np.float32(7.90531110763549805)
_A = [
    np.float32(a)
    for a in (
        -2.76076847742355e-16,
        2.00018790482477e-13,
        -8.60467152213735e-11,
        5.12229709037114e-08,
        1.48572235717979e-05,
        6.37261928875436e-04,
        4.89352455891786e-03,
    )
]
_B = [
    np.float32(b)
    for b in (
        1.19825839466702e-06,
        1.18534705686654e-04,
        2.26843463243900e-03,
        4.89352518554385e-03,
    )
]
_A0, _A1, _A2, _A3, _A4, _A5, _A6 = _A
_B0, _B1, _B2, _B3 = _B


@overload(tanh, jit_options={"fastmath": _fast})
def _overload_tanh(x):
    if x == types.float32:

        def single(x):
            x = min(max(x, -_CLAMP), _CLAMP)
            y = x * x
            p = ((((((_A0 * y + _A1) * y + _A2) * y + _A3) * y + _A4) * y + _A5) * y + _A6) * x
            return p / (((_B0 * y + _B1) * y + _B2) * y + _B3)

        return single
    return lambda x: math.tanh(x)


@_inline
def _dot(a, b):
    total = a.dtype.type(0)
    for j in range(len(a)):
        total += a[j] * b[j]
    return total


@_inline
def _add_product(W, X, out):
    """out_g += W x_g for every vector x_g of a group.

    Four vectors and four rows at a time: their sixteen sums stay in registers, and eight numbers
    are read for sixteen multiplications. One vector and one row at a time it would be two for one,
    and reading is what takes the time. What is left over goes one by one.
    """
    G, R = len(X) // 4 * 4, len(W) // 4 * 4
    for g in range(0, G, 4):
        for i in range(0, R, 4):
            _add_tile(W, X, out, g, i)
    for g in range(len(X)):
        for i in range(R if g < G else 0, len(W)):
            out[g, i] += _dot(W[i], X[g])


@_inline
def _add_tile(W, X, out, g, i):
    x0, x1, x2, x3 = X[g], X[g + 1], X[g + 2], X[g + 3]
    w0, w1, w2, w3 = W[i], W[i + 1], W[i + 2], W[i + 3]
    zero = W.dtype.type(0)
    s00, s01, s02, s03 = zero, zero, zero, zero
    s10, s11, s12, s13 = zero, zero, zero, zero
    s20, s21, s22, s23 = zero, zero, zero, zero
    s30, s31, s32, s33 = zero, zero, zero, zero
    for j in range(len(w0)):
        s00 += w0[j] * x0[j]
        s01 += w1[j] * x0[j]
        s02 += w2[j] * x0[j]
        s03 += w3[j] * x0[j]
        s10 += w0[j] * x1[j]
        s11 += w1[j] * x1[j]
        s12 += w2[j] * x1[j]
        s13 += w3[j] * x1[j]
        s20 += w0[j] * x2[j]
        s21 += w1[j] * x2[j]
        s22 += w2[j] * x2[j]
        s23 += w3[j] * x2[j]
        s30 += w0[j] * x3[j]
        s31 += w1[j] * x3[j]
        s32 += w2[j] * x3[j]
        s33 += w3[j] * x3[j]
    out[g, i] += s00
    out[g, i + 1] += s01
    out[g, i + 2] += s02
    out[g, i + 3] += s03
    out[g + 1, i] += s10
    out[g + 1, i + 1] += s11
    out[g + 1, i + 2] += s12
    out[g + 1, i + 3] += s13
    out[g + 2, i] += s20
    out[g + 2, i + 1] += s21
    out[g + 2, i + 2] += s22
    out[g + 2, i + 3] += s23
    out[g + 3, i] += s30
    out[g + 3, i + 1] += s31
    out[g + 3, i + 2] += s32
    out[g + 3, i + 3] += s33


@_inline
def _attend(attention, query, keys, v_a, rows, alpha):
    """alpha_i = softmax_i(e_i) over the states in `rows`, -1 for an empty slot; how many there are.

    e_i = v_a . tanh(W_a s + U_a h_i), or (W_a s) . (U_a h_i) / sqrt(H).
    """
    H, attended, largest = len(query), 0, -np.inf
    scale = query.dtype.type(1 / math.sqrt(H))
    for k in range(len(rows)):
        if rows[k] < 0:
            continue
        key, e = keys[rows[k]], query.dtype.type(0)
        if attention == ADDITIVE:
            for j in range(H):
                e += v_a[j] * tanh(query[j] + key[j])
        else:
            for j in range(H):
                e += query[j] * key[j]
            e *= scale
        alpha[k] = e
        attended += 1
        largest = max(largest, e)
    total = query.dtype.type(0)
    for k in range(len(rows)):
        alpha[k] = math.exp(alpha[k] - query.dtype.type(largest)) if rows[k] >= 0 else 0
        total += alpha[k]
    for k in range(len(rows)):
        alpha[k] /= total
    return attended


@_inline
def _recur(unit, z, threshold, cell, gates, h):
    """h_t from z = V s + U x_t + b: h = phi(z), or the gates i, f, g, o of an LSTM."""
    H = len(h)
    if unit == TANH:
        for j in range(H):
            h[j] = tanh(z[j])
    elif unit == RELU:
        for j in range(H):
            h[j] = max(z[j], 0)
    elif unit == MODRELU:
        for j in range(H):
            size = max(abs(z[j]) + threshold[j], 0)
            h[j] = size if z[j] > 0 else -size
    elif unit == IDENTITY:
        for j in range(H):
            h[j] = z[j]
    else:
        half = z.dtype.type(0.5)
        for j in range(3 * H, 4 * H):
            gates[j] = half + half * tanh(half * z[j])
        for j in range(2 * H):
            gates[j] = half + half * tanh(half * z[j])  # the logistic function
        for j in range(2 * H, 3 * H):
            gates[j] = tanh(z[j])
        for j in range(H):
            cell[j] = gates[H + j] * cell[j] + gates[j] * gates[2 * H + j]
            h[j] = gates[3 * H + j] * tanh(cell[j])


@_inline
def _weakest(rows, score, first, last):
    """The slot to give away: the first empty one, else the first of those with the least score."""
    weakest = first
    for k in range(first, last):
        if rows[k] < 0:
            return k
        if score[k] < score[weakest]:
            weakest = k
    return weakest


@_inline
def _screen(kind, nu, rho, t, newest, birth, rows, score, beta, chances):
    """The newest state (its row) takes a slot; see the policies in memory.py."""
    if kind == POOL:
        m = _weakest(rows, score, 0, len(rows))
    elif t < nu:
        m = t
    else:
        if rho > 0:
            k = _weakest(rows, score, nu, nu + rho)
            if rows[k] < 0 or score[0] > score[k]:
                rows[k], score[k], beta[k], chances[k] = rows[0], score[0], beta[0], chances[0]
        for k in range(nu - 1):
            rows[k], score[k], beta[k], chances[k] = (
                rows[k + 1],
                score[k + 1],
                beta[k + 1],
                chances[k + 1],
            )
        m = nu - 1
    rows[m], score[m], beta[m], chances[m] = newest, birth, birth, 0


@_jit
def forward(first, last, stop, model, policy, weights, start, memory, steps, result):
    """The batch elements first..last-1 through the whole sequence. False if stopped on the way.

    model: (unit, attention, combine). policy: (kind, nu, rho, grows, corrected, births (T,)).
    weights: (V, W_a, U_a, v_a, threshold). start: (t_0, h, cell, s), each (B, ..), changed in place
    to what they end as. memory: (rows, score, beta, chances), each (B, K), likewise.
    steps: (drive (T, B, G), nudge (T, B, H) or empty).
    result: (out (T, B, H), states, keys (B, S + T, H), s, q (T, B, H), gates, cells (T, B, ..),
    alpha, rows, scores (T, B, K)); from s on one step is enough where nothing is to be kept.
    """
    unit, attention, combine = model
    kind, nu, rho, grows, corrected, births = policy
    V, W_a, U_a, v_a, threshold = weights
    t0, h_of, cell_of, query_of = start
    drive, nudge = steps
    out, states_of, keys_of, s_of, q_of, gates_of, cells, alpha_of, rows_of, scores_of = result
    T, H, n = len(drive), states_of.shape[2], last - first
    S = states_of.shape[1] - T
    half, one = drive.dtype.type(0.5), drive.dtype.type(1)
    slotted = kind in (BUFFERED, POOL)
    everything = np.arange(S + T)
    h, cell, s = h_of[first:last], cell_of[first:last], query_of[first:last]
    q, c, key = np.empty_like(h), np.empty(H, h.dtype), np.empty_like(h)
    z = np.empty((n, drive.shape[2]), h.dtype)
    for t in range(T):
        if stop[0]:
            return False
        keep, kept = t if len(alpha_of) == T else 0, t if len(s_of) == T else 0
        gated = t if len(gates_of) == T else 0
        reads = kind != NOTHING and t0 + t > 0
        if reads:
            q[:] = 0
            _add_product(W_a, s, q)
        for g in range(n):
            b = first + g
            z[g] = drive[t, b]
            rows, score = memory[0][b], memory[1][b]
            if reads:
                if kind == EVERYTHING:
                    rows = everything[: S + t]
                states, alpha = states_of[b], alpha_of[keep, b, : len(rows)]
                q_of[kept, b] = q[g]
                attended = _attend(attention, q[g], keys_of[b], v_a, rows, alpha)
                c[:] = 0
                for k in range(len(rows)):
                    if rows[k] >= 0:
                        row = states[rows[k]]
                        for j in range(H):
                            c[j] += alpha[k] * row[j]
                for j in range(H):
                    if combine == MEAN:
                        s[g, j] = half * (h[g, j] + c[j])
                    elif combine == SUM:
                        s[g, j] = h[g, j] + c[j]
                    else:
                        s[g, j] = c[j]
                s_of[kept, b] = s[g]
                for k in range(len(rows) if slotted else 0):
                    if kind == POOL:
                        score[k] = alpha[k]
                    elif rows[k] >= 0 and (grows == ALWAYS or (grows == IN_BUFFER and k < nu)):
                        beta, chances = memory[2][b], memory[3][b]
                        beta[k] += alpha[k]
                        chances[k] += one / attended
                        score[k] = beta[k] / chances[k] if corrected else beta[k]
            elif kind == NOTHING:
                s_of[kept, b] = h[g]
            else:
                s_of[kept, b] = 0
            if slotted:
                rows_of[keep, b] = rows
                scores_of[keep, b] = score
        if reads:
            _add_product(V, s, z)
        elif kind == NOTHING:
            _add_product(V, h, z)
        for g in range(n):
            b = first + g
            _recur(unit, z[g], threshold, cell[g], gates_of[gated, b], h[g])
            if len(cells) == T:
                cells[t, b] = cell[g]
            if len(nudge):
                for j in range(H):
                    h[g, j] += nudge[t, b, j]
            out[t, b] = h[g]
            states_of[b, S + t] = h[g]
        if kind != NOTHING:
            key[:] = 0
            _add_product(U_a, h, key)
            for g in range(n):
                keys_of[first + g, S + t] = key[g]
        for b in range(first, last if slotted else first):
            rows, score, beta, chances = memory[0][b], memory[1][b], memory[2][b], memory[3][b]
            _screen(kind, nu, rho, t0 + t, S + t, births[t], rows, score, beta, chances)
    return True


@_inline
def _recur_back(unit, h, threshold, cell, before, gates, dh, dcell, dz, dthreshold):
    """dz from dL/dh_t; an LSTM's dcell goes from step t to step t - 1."""
    H, one = len(h), h.dtype.type(1)
    if unit == TANH:
        for j in range(H):
            dz[j] = dh[j] * (one - h[j] * h[j])
    elif unit == RELU:
        for j in range(H):
            dz[j] = dh[j] if h[j] > 0 else 0
    elif unit == MODRELU:
        for j in range(H):
            dz[j] = dh[j] if h[j] != 0 else 0
            dthreshold[j] += dz[j] if h[j] > 0 else -dz[j]
    elif unit == IDENTITY:
        for j in range(H):
            dz[j] = dh[j]
    else:
        for j in range(H):
            i, f, g, o = gates[j], gates[H + j], gates[2 * H + j], gates[3 * H + j]
            shown = tanh(cell[j])
            dcell[j] += dh[j] * o * (one - shown * shown)
            dz[j] = dcell[j] * g * i * (one - i)
            dz[H + j] = dcell[j] * before[j] * f * (one - f)
            dz[2 * H + j] = dcell[j] * i * (one - g * g)
            dz[3 * H + j] = dh[j] * shown * o * (one - o)
            dcell[j] *= f


@_inline
def _attend_back(attention, q, keys, v_a, rows, alpha, dalpha, dq, dkeys, dv_a):
    """From dL/dalpha to query, keys and v_a; dalpha becomes dL/de. tanh is computed again."""
    H, one, mean = len(q), q.dtype.type(1), q.dtype.type(0)
    scale = q.dtype.type(1 / math.sqrt(H))
    for k in range(len(rows)):
        if rows[k] >= 0:
            mean += alpha[k] * dalpha[k]
    dq[:] = 0
    for k in range(len(rows)):
        if rows[k] < 0:
            continue
        de = alpha[k] * (dalpha[k] - mean)
        key, dkey = keys[rows[k]], dkeys[rows[k]]
        if attention == ADDITIVE:
            for j in range(H):
                a = tanh(q[j] + key[j])
                dv_a[j] += de * a
                g = de * v_a[j] * (one - a * a)
                dq[j] += g
                dkey[j] += g
        else:
            for j in range(H):
                dq[j] += scale * de * key[j]
                dkey[j] += scale * de * q[j]


@_jit
def backward(first, last, stop, model, kind, weights, t0, nudge, kept, given, wanted):
    """Back through the whole sequence of batch elements first..last-1. False if stopped.

    weights: (V^T, W_a^T, U_a^T, v_a, threshold). kept: what forward kept (states, keys, cell_0, q,
    gates, cells, alpha, rows). given: gradients of (out, last s, last cell). wanted: gradients to
    fill, of (drive, nudge, q, keys, states, h_0, cell_0, s_0, v_a, threshold).
    """
    unit, attention, combine = model
    V_T, W_a_T, U_a_T, v_a, threshold = weights
    states_of, keys_of, cell0, q_of, gates_of, cells, alpha_of, rows_of = kept
    dout, ds_of, dcell_of = given
    ddrive, dnudge, dq_of, dkeys_of, dstates_of, dh0, dcell0, ds0, dv_a, dthreshold = wanted
    T, H, n = len(dout), states_of.shape[2], last - first
    S = states_of.shape[1] - T
    half = dout.dtype.type(0.5)
    everything = np.arange(S + T)
    ds, dcell = ds_of[first:last].copy(), dcell_of[first:last].copy()
    dh, dh_next = np.empty_like(ds), np.zeros_like(ds)
    h, dc, dq, dkey = (
        np.empty_like(ds[0]),
        np.empty_like(ds[0]),
        np.empty_like(ds),
        np.empty_like(ds),
    )
    dz = np.empty((n, ddrive.shape[2]), ds.dtype)
    dalpha = np.empty(alpha_of.shape[2], ds.dtype)
    for t in range(T - 1, -1, -1):
        if stop[0]:
            return False
        for g in range(n):
            b = first + g
            for j in range(H):
                dh[g, j] = dout[t, b, j] + dstates_of[b, S + t, j] + dh_next[g, j]
        if kind != NOTHING:
            for g in range(n):
                dkey[g] = dkeys_of[first + g, S + t]
            _add_product(U_a_T, dkey, dh)
        gated = t if len(cells) == T else 0
        for g in range(n):
            b = first + g
            h[:] = states_of[b, S + t]
            if len(dnudge):
                for j in range(H):
                    dnudge[t, b, j] = dh[g, j]
                    h[j] -= nudge[t, b, j]
            before = cells[t - 1, b] if t > 0 and len(cells) == T else cell0[b]
            cell = cells[t, b] if len(cells) == T else cell0[b]
            _recur_back(
                unit, h, threshold, cell, before, gates_of[gated, b], dh[g], dcell[g], dz[g],
                dthreshold[b],
            )  # fmt: skip
            ddrive[t, b] = dz[g]
        if t0 + t == 0 or kind == NOTHING:
            dh_next[:] = 0
            _add_product(V_T, dz, dh_next)
            continue
        _add_product(V_T, dz, ds)
        for g in range(n):
            b = first + g
            for j in range(H):
                if combine == MEAN:
                    dh_next[g, j] = half * ds[g, j]
                    dc[j] = half * ds[g, j]
                elif combine == SUM:
                    dh_next[g, j] = ds[g, j]
                    dc[j] = ds[g, j]
                else:
                    dh_next[g, j] = 0
                    dc[j] = ds[g, j]
            rows = everything[: S + t] if kind == EVERYTHING else rows_of[t, b]
            alpha, states, dstates = alpha_of[t, b, : len(rows)], states_of[b], dstates_of[b]
            for k in range(len(rows)):
                if rows[k] < 0:
                    continue
                row, drow = states[rows[k]], dstates[rows[k]]
                dalpha[k] = _dot(row, dc)
                for j in range(H):
                    drow[j] += alpha[k] * dc[j]
            _attend_back(
                attention, q_of[t, b], keys_of[b], v_a, rows, alpha, dalpha, dq[g], dkeys_of[b],
                dv_a[b],
            )  # fmt: skip
            dq_of[t, b] = dq[g]
        ds[:] = 0
        _add_product(W_a_T, dq, ds)
    dh0[first:last], ds0[first:last], dcell0[first:last] = dh_next, ds, dcell
    return True


@_inline
def _attend_back_by_hops(attention, q, keys, v_a, rows, alpha, dalpha, dq, dkeys):
    """As `_attend_back`, for all orders of the gradient; tanh is computed once for all of them."""
    C, H = dq.shape
    one, scale = q.dtype.type(1), q.dtype.type(1 / math.sqrt(H))
    to_query, to_key = np.empty_like(q), np.empty_like(q)
    dq[:] = 0
    for c in range(1, C):
        mean = q.dtype.type(0)
        for k in range(len(rows)):
            if rows[k] >= 0:
                mean += alpha[k] * dalpha[c, k]
        for k in range(len(rows)):
            if rows[k] >= 0:
                dalpha[c, k] = alpha[k] * (dalpha[c, k] - mean)
    for k in range(len(rows)):
        if rows[k] < 0:
            continue
        key, dkey = keys[rows[k]], dkeys[rows[k]]
        for j in range(H):
            if attention == ADDITIVE:
                a = tanh(q[j] + key[j])
                to_query[j] = v_a[j] * (one - a * a)
                to_key[j] = to_query[j]
            else:
                to_query[j] = scale * key[j]
                to_key[j] = scale * q[j]
        for c in range(1, C):
            de = dalpha[c, k]
            for j in range(H):
                dq[c, j] += de * to_query[j]
                dkey[c, j] += de * to_key[j]


@_jit
def backward_by_hops(first, last, stop, model, kind, weights, links, kept, direct, flow):
    """dL/dh_t split by the number of reads passed; see hops.py. False if stopped on the way.

    One sweep: all orders of an element go back side by side, C vectors where `backward` has one.
    weights: (V^T, W_a^T, U_a^T, v_a, threshold). links: (scores, recurrent), whether these ways
    are open. kept: what forward kept of a sequence from its first step on (states, keys, q, gates,
    cells, alpha, rows). direct: (T, B, H) gradient of out. flow: (C, T, B, H) to fill, the last
    order being the rest.
    """
    unit, attention, combine = model
    V_T, W_a_T, U_a_T, v_a, threshold = weights
    scores, recurrent = links
    states_of, keys_of, q_of, gates_of, cells, alpha_of, rows_of = kept
    C, (T, _, H), n = len(flow), direct.shape, last - first
    G, zero = V_T.shape[1], direct.dtype.type(0)
    half, one = direct.dtype.type(0.5), direct.dtype.type(1)
    by_h = half if combine == MEAN else one if combine == SUM else zero
    by_c = half if combine == MEAN else one
    S = states_of.shape[1] - T
    everything, no_cell = np.arange(S + T), np.zeros(H, direct.dtype)
    dstates = np.zeros((n, S + T, C, H), direct.dtype)
    dkeys = np.zeros_like(dstates)
    dh, dh_next = np.empty((n, C, H), direct.dtype), np.zeros((n, C, H), direct.dtype)
    ds, dcell, dq = np.zeros_like(dh), np.zeros_like(dh), np.zeros_like(dh)
    dkey, dc = np.empty_like(dh), np.zeros((C, H), direct.dtype)
    dz = np.empty((n, C, G), direct.dtype)
    dalpha = np.empty((C, alpha_of.shape[2]), direct.dtype)
    unused = np.zeros_like(threshold)
    flat = (n * C, H)
    for t in range(T - 1, -1, -1):
        if stop[0]:
            return False
        for g in range(n):
            for c in range(C):
                for j in range(H):
                    dh[g, c, j] = dh_next[g, c, j] + dstates[g, S + t, c, j]
            for j in range(H):
                dh[g, 0, j] += direct[t, first + g, j]
        if kind != NOTHING and scores:
            dkey[:] = dkeys[:, S + t]
            _add_product(U_a_T, dkey.reshape(flat), dh.reshape(flat))
        gated = t if len(cells) == T else 0
        for g in range(n):
            b = first + g
            before = cells[t - 1, b] if t > 0 and len(cells) == T else no_cell
            cell = cells[t, b] if len(cells) == T else no_cell
            for c in range(C):
                flow[c, t, b] = dh[g, c]
                _recur_back(
                    unit, states_of[b, S + t], threshold, cell, before, gates_of[gated, b],
                    dh[g, c], dcell[g, c], dz[g, c], unused,
                )  # fmt: skip
        if not recurrent:
            dcell[:] = 0
        if t == 0 or kind == NOTHING:
            dh_next[:] = 0
            if recurrent:
                _add_product(V_T, dz.reshape((n * C, G)), dh_next.reshape(flat))
            continue
        _add_product(V_T, dz.reshape((n * C, G)), ds.reshape(flat))
        for g in range(n):
            b = first + g
            for c in range(C):
                for j in range(H):
                    dh_next[g, c, j] = by_h * ds[g, c, j] if recurrent else zero
                    # Back through a read: one order up, and the rest takes what leaves the top.
                    dc[c, j] = by_c * ds[g, c - 1, j] if c > 0 else zero
            for j in range(H):
                dc[C - 1, j] += by_c * ds[g, C - 1, j]
            rows = everything[: S + t] if kind == EVERYTHING else rows_of[t, b]
            alpha, states = alpha_of[t, b, : len(rows)], states_of[b]
            for k in range(len(rows)):
                if rows[k] < 0:
                    continue
                for c in range(1, C):
                    if scores:
                        dalpha[c, k] = _dot(states[rows[k]], dc[c])
                    drow = dstates[g, rows[k], c]
                    for j in range(H):
                        drow[j] += alpha[k] * dc[c, j]
            if scores:
                _attend_back_by_hops(
                    attention, q_of[t, b], keys_of[b], v_a, rows, alpha, dalpha, dq[g], dkeys[g]
                )
        ds[:] = 0
        if scores:
            _add_product(W_a_T, dq.reshape(flat), ds.reshape(flat))
    return True
