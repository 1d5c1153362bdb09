"""Recurrent networks: JAX, and NumPy from the definition."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def sigmoid_reference(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(inputs, hidden, cell, w_input, w_hidden, bias, *, forget_bias, reverse):
    """Long short-term memory; returns all outputs and the last state."""

    def step(state, x):
        hidden, cell = state
        gates = x @ w_input + hidden @ w_hidden + bias
        i, f, g, o = jnp.split(gates, 4, axis=-1)
        keep = jax.nn.sigmoid(f + forget_bias)
        cell = keep * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
        return (hidden, cell), hidden

    state, outputs = lax.scan(step, (hidden, cell), inputs, reverse=reverse)
    return outputs, state


def lstm_reference(
    inputs, hidden, cell, w_input, w_hidden, bias, *, forget_bias, reverse
):
    length, batch, _ = inputs.shape
    size = hidden.shape[1]
    outputs = np.zeros((length, batch, size))
    last_hidden, last_cell = np.zeros_like(hidden), np.zeros_like(cell)
    for b in range(batch):
        h, c = hidden[b], cell[b]
        for t in reversed(range(length)) if reverse else range(length):
            z = inputs[t, b] @ w_input + h @ w_hidden + bias
            keep = sigmoid_reference(z[size : 2 * size] + forget_bias)
            write = sigmoid_reference(z[:size]) * np.tanh(z[2 * size : 3 * size])
            c = keep * c + write
            h = sigmoid_reference(z[3 * size :]) * np.tanh(c)
            outputs[t, b] = h
        last_hidden[b], last_cell[b] = h, c
    return outputs, (last_hidden, last_cell)


def gru(inputs, state, w_input, w_hidden, b_input, b_candidate, *, reset_after):
    """Gated recurrent unit, its reset gate before or after the recurrent product."""
    size = state.shape[-1]

    def step(h, x):
        z_in, r_in, n_in = jnp.split(x @ w_input + b_input, 3, axis=-1)
        z_h, r_h = jnp.split(h @ w_hidden[:, : 2 * size], 2, axis=-1)
        update, reset = jax.nn.sigmoid(z_in + z_h), jax.nn.sigmoid(r_in + r_h)
        w_candidate = w_hidden[:, 2 * size :]
        if reset_after:
            recurrent = reset * (h @ w_candidate + b_candidate)
        else:
            recurrent = (reset * h) @ w_candidate + b_candidate
        h = update * h + (1.0 - update) * jnp.tanh(n_in + recurrent)
        return h, h

    return lax.scan(step, state, inputs)[1]


def gru_reference(
    inputs, state, w_input, w_hidden, b_input, b_candidate, *, reset_after
):
    length, batch, _ = inputs.shape
    size = state.shape[1]
    outputs = np.zeros((length, batch, size))
    gates = [slice(k * size, (k + 1) * size) for k in range(3)]
    w_z, w_r, w_n = [w_input[:, gate] for gate in gates]
    u_z, u_r, u_n = [w_hidden[:, gate] for gate in gates]
    b_z, b_r, b_n = [b_input[gate] for gate in gates]
    for b in range(batch):
        h = state[b]
        for t in range(length):
            x = inputs[t, b]
            update = sigmoid_reference(x @ w_z + h @ u_z + b_z)
            reset = sigmoid_reference(x @ w_r + h @ u_r + b_r)
            if reset_after:
                inner = reset * (h @ u_n + b_candidate)
            else:
                inner = (reset * h) @ u_n + b_candidate
            new = np.tanh(x @ w_n + b_n + inner)
            h = new + update * (h - new)
            outputs[t, b] = h
    return outputs


def minimal_gated_unit(inputs, lengths, w_forget, w_candidate):
    """Recurrent unit with one gate, whose state rests after a sequence's end."""
    batch, time, _ = inputs.shape
    state = jnp.zeros((batch, w_forget.shape[1]), inputs.dtype)

    def step(h, item):
        t, x = item
        forget = jax.nn.sigmoid(jnp.concatenate([h, x], axis=-1) @ w_forget)
        reset = jnp.concatenate([forget * h, x], axis=-1)
        candidate = jnp.tanh(reset @ w_candidate)
        new = (1.0 - forget) * h + forget * candidate
        return jnp.where((t < lengths)[:, None], new, h), None

    state, _ = lax.scan(step, state, (jnp.arange(time), jnp.swapaxes(inputs, 0, 1)))
    return state


def minimal_gated_unit_reference(inputs, lengths, w_forget, w_candidate):
    size = w_forget.shape[1]
    output = np.zeros((len(inputs), size))
    for b, length in enumerate(lengths):
        h = output[b]
        for x in inputs[b, :length]:
            forget = sigmoid_reference(h @ w_forget[:size] + x @ w_forget[size:])
            new = np.tanh((forget * h) @ w_candidate[:size] + x @ w_candidate[size:])
            h = h + forget * (new - h)
        output[b] = h
    return output


def simple_recurrent_network(inputs, w_input, w_back, w_output, bias, *, feedback):
    """Feed back the hidden state (Elman) or the output (Jordan)."""

    def step(context, x):
        hidden = jnp.tanh(x @ w_input + context @ w_back + bias)
        output = hidden @ w_output
        return hidden if feedback == "hidden" else output, output

    return lax.scan(step, jnp.zeros_like(bias), inputs)[1]


def simple_recurrent_network_reference(
    inputs, w_input, w_back, w_output, bias, *, feedback
):
    size = len(bias)
    outputs = np.zeros((len(inputs), size))
    hidden = np.zeros(size)
    for t in range(len(inputs)):
        context = hidden if feedback == "hidden" else outputs[t - 1] if t else hidden
        new = np.zeros(size)
        for unit in range(size):
            drive = np.sum(inputs[t] * w_input[:, unit]) + bias[unit]
            new[unit] = np.tanh(drive + np.sum(context * w_back[:, unit]))
        hidden = new
        outputs[t] = w_output.T @ hidden
    return outputs


def bidirectional_rnn(inputs, lengths, w_inputs, w_hiddens, *, merge):
    """Run padded sequences through one network forwards and one backwards."""

    def direction(xs, valid, w_input, w_hidden, reverse):
        def step(h, item):
            x, is_valid = item
            # Backwards, the state stays zero until the sequence's last step.
            h = jnp.where(is_valid, jnp.tanh(x @ w_input + h @ w_hidden), h)
            return h, jnp.where(is_valid, h, 0.0)

        start = jnp.zeros(w_hidden.shape[0], xs.dtype)
        return lax.scan(step, start, (xs, valid), reverse=reverse)[1]

    def sequence(xs, length):
        valid = jnp.arange(len(xs)) < length
        forward = direction(xs, valid, w_inputs[0], w_hiddens[0], False)
        backward = direction(xs, valid, w_inputs[1], w_hiddens[1], True)
        return forward + backward if merge == "sum" else forward * backward

    return jax.vmap(sequence)(inputs, lengths)


def bidirectional_rnn_reference(inputs, lengths, w_inputs, w_hiddens, *, merge):
    batch, time, _ = inputs.shape
    size = w_hiddens.shape[-1]
    states = np.zeros((2, batch, time, size))
    for b, length in enumerate(lengths):
        for way, order in enumerate((range(length), range(length - 1, -1, -1))):
            h = np.zeros(size)
            for t in order:
                h = np.tanh(w_inputs[way].T @ inputs[b, t] + w_hiddens[way].T @ h)
                states[way, b, t] = h
    return states[0] + states[1] if merge == "sum" else states[0] * states[1]


def peephole_lstm(inputs, w_input, w_hidden, peepholes, *, coupled):
    """Long short-term memory whose gates also see the cell."""
    size = w_hidden.shape[0]
    peep_input, peep_forget, peep_output = peepholes

    def step(state, x):
        hidden, cell = state
        i, f, g, o = jnp.split(x @ w_input + hidden @ w_hidden, 4)
        forget = jax.nn.sigmoid(f + peep_forget * cell)
        write = 1.0 - forget if coupled else jax.nn.sigmoid(i + peep_input * cell)
        cell = forget * cell + write * jnp.tanh(g)
        # The output gate looks at the new cell, the others at the old one.
        hidden = jax.nn.sigmoid(o + peep_output * cell) * jnp.tanh(cell)
        return (hidden, cell), hidden

    start = (jnp.zeros(size, inputs.dtype), jnp.zeros(size, inputs.dtype))
    (_, cell), outputs = lax.scan(step, start, inputs)
    return outputs, cell


def peephole_lstm_reference(inputs, w_input, w_hidden, peepholes, *, coupled):
    size = len(w_hidden)
    outputs = np.zeros((len(inputs), size))
    cell = np.zeros(size)
    for t in range(len(inputs)):
        before = outputs[t - 1] if t else np.zeros(size)
        z = (w_input.T @ inputs[t] + w_hidden.T @ before).reshape(4, size)
        forget = sigmoid_reference(z[1] + peepholes[1] * cell)
        write = sigmoid_reference(z[0] + peepholes[0] * cell)
        if coupled:
            write = 1.0 - forget
        cell = cell * forget + np.tanh(z[2]) * write
        outputs[t] = np.tanh(cell) * sigmoid_reference(z[3] + peepholes[2] * cell)
    return outputs, cell


def echo_state_network(inputs, targets, w_input, w_reservoir, *, leak, ridge, washout):
    """Leaky random reservoir with a linear readout fitted by ridge regression."""

    def step(state, x):
        drive = jnp.tanh(x @ w_input + state @ w_reservoir)
        state = (1.0 - leak) * state + leak * drive
        return state, state

    _, states = lax.scan(step, jnp.zeros_like(w_reservoir[0]), inputs)
    # The first states still remember the arbitrary start.
    states, targets = states[washout:], targets[washout:]
    gram = states.T @ states + ridge * jnp.eye(states.shape[1], dtype=states.dtype)
    readout = jnp.linalg.solve(gram, states.T @ targets)
    return states @ readout, readout


def echo_state_network_reference(
    inputs, targets, w_input, w_reservoir, *, leak, ridge, washout
):
    size = len(w_reservoir)
    states = []
    state = np.zeros(size)
    for x in inputs:
        state = state + leak * (np.tanh(w_input.T @ x + w_reservoir.T @ state) - state)
        states.append(state)
    kept = np.stack(states[washout:])
    # Ridge regression is least squares with rows that pull the weights to zero.
    design = np.concatenate([kept, np.sqrt(ridge) * np.eye(size)])
    wanted = np.concatenate([targets[washout:], np.zeros((size, targets.shape[1]))])
    readout = np.linalg.pinv(design) @ wanted
    return kept @ readout, readout


def clockwork_rnn(inputs, w_input, w_hidden, *, modules):
    """Recurrent network in modules, each of which ticks half as often as the last."""
    size = w_hidden.shape[0]
    module = jnp.arange(size) // (size // modules)
    # Slow modules drive fast ones, but not the other way round.
    w_hidden = jnp.where(module[:, None] >= module[None, :], w_hidden, 0.0)
    periods = 2**module

    def step(state, item):
        t, x = item
        new = jnp.tanh(x @ w_input + state @ w_hidden)
        state = jnp.where(t % periods == 0, new, state)
        return state, state

    times = jnp.arange(len(inputs))
    return lax.scan(step, jnp.zeros_like(w_hidden[0]), (times, inputs))[1]


def clockwork_rnn_reference(inputs, w_input, w_hidden, *, modules):
    size = len(w_hidden)
    width = size // modules
    outputs = np.zeros((len(inputs), size))
    state = np.zeros(size)
    for t in range(len(inputs)):
        new = state.copy()
        for m in range(modules):
            if t % 2**m == 0:
                first, end = m * width, (m + 1) * width
                drive = inputs[t] @ w_input[:, first:end]
                recurrent = state[first:] @ w_hidden[first:, first:end]
                new[first:end] = np.tanh(drive + recurrent)
        state = new
        outputs[t] = state
    return outputs


def quasi_recurrent_network(inputs, kernel, *, pooling):
    """Causal convolution of the inputs, followed by recurrent pooling."""
    width = kernel.shape[0]
    gates = lax.conv_general_dilated(
        inputs,
        kernel,
        window_strides=(1,),
        padding=[(width - 1, 0)],
        dimension_numbers=("NWC", "WIO", "NWC"),
    )
    z, f, o = jnp.split(gates, 3, axis=-1)
    z, f, o = jnp.tanh(z), jax.nn.sigmoid(f), jax.nn.sigmoid(o)

    def pool(cell, item):
        candidate, forget = item
        cell = forget * cell + (1.0 - forget) * candidate
        return cell, cell

    by_time = (jnp.swapaxes(z, 0, 1), jnp.swapaxes(f, 0, 1))
    _, cells = lax.scan(pool, jnp.zeros_like(z[:, 0]), by_time)
    cells = jnp.swapaxes(cells, 0, 1)
    return o * cells if pooling == "fo" else cells


def quasi_recurrent_network_reference(inputs, kernel, *, pooling):
    batch, length, _ = inputs.shape
    width, size = kernel.shape[0], kernel.shape[2] // 3
    output = np.zeros((batch, length, size))
    for b in range(batch):
        cell = np.zeros(size)
        for t in range(length):
            total = np.zeros(3 * size)
            for k in range(width):
                source = t - (width - 1) + k
                if source >= 0:
                    total = total + inputs[b, source] @ kernel[k]
            forget = sigmoid_reference(total[size : 2 * size])
            cell = forget * cell + (1.0 - forget) * np.tanh(total[:size])
            gate = sigmoid_reference(total[2 * size :]) if pooling == "fo" else 1.0
            output[b, t] = gate * cell
    return output


def liquid_time_constant(
    inputs, w_input, w_hidden, bias, targets, rates, *, duration, unfolds
):
    """Neurons whose time constants depend on the input, by a fused implicit solver."""
    step_size = duration / unfolds

    def observe(state, x):
        drive = x @ w_input + bias

        def solve(_, state):
            opened = jax.nn.sigmoid(drive + state @ w_hidden)
            decay = 1.0 + step_size * (rates + opened)
            return (state + step_size * opened * targets) / decay

        state = lax.fori_loop(0, unfolds, solve, state)
        return state, state

    return lax.scan(observe, jnp.zeros_like(bias), inputs)[1]


def liquid_time_constant_reference(
    inputs, w_input, w_hidden, bias, targets, rates, *, duration, unfolds
):
    size = len(bias)
    outputs = np.zeros((len(inputs), size))
    state = np.zeros(size)
    for t in range(len(inputs)):
        for _ in range(unfolds):
            new = np.zeros(size)
            for i in range(size):
                current = np.sum(inputs[t] * w_input[:, i]) + bias[i]
                opened = sigmoid_reference(current + np.sum(state * w_hidden[:, i]))
                pull = state[i] * unfolds + duration * opened * targets[i]
                new[i] = pull / (unfolds + duration * (rates[i] + opened))
            state = new
        outputs[t] = state
    return outputs


def scalar_xlstm(inputs, w_input, w_hidden, bias, *, forget_gate):
    """Scalar-memory xLSTM: exponential gates, kept in range by a stabilizer."""
    size = w_hidden.shape[0]

    def step(state, x):
        hidden, cell, normalizer, peak = state
        z, i, f, o = jnp.split(x @ w_input + hidden @ w_hidden + bias, 4)
        log_forget = jax.nn.log_sigmoid(f) if forget_gate == "sigmoid" else f
        new_peak = jnp.maximum(log_forget + peak, i)
        write = jnp.exp(i - new_peak)
        keep = jnp.exp(log_forget + peak - new_peak)
        cell = keep * cell + write * jnp.tanh(z)
        normalizer = keep * normalizer + write
        hidden = jax.nn.sigmoid(o) * cell / normalizer
        return (hidden, cell, normalizer, new_peak), hidden

    zeros = jnp.zeros(size, inputs.dtype)
    return lax.scan(step, (zeros, zeros, zeros, zeros), inputs)[1]


def scalar_xlstm_reference(inputs, w_input, w_hidden, bias, *, forget_gate):
    size = len(w_hidden)
    outputs = np.zeros((len(inputs), size))
    hidden, cell, normalizer = np.zeros(size), np.zeros(size), np.zeros(size)
    for t in range(len(inputs)):
        z, i, f, o = (inputs[t] @ w_input + hidden @ w_hidden + bias).reshape(4, size)
        forget = sigmoid_reference(f) if forget_gate == "sigmoid" else np.exp(f)
        cell = forget * cell + np.exp(i) * np.tanh(z)
        normalizer = forget * normalizer + np.exp(i)
        hidden = cell / normalizer * sigmoid_reference(o)
        outputs[t] = hidden
    return outputs


def convolutional_lstm(frames, kernel, bias):
    """Long short-term memory whose products are convolutions of images."""
    channels = kernel.shape[-1] // 4
    _, height, width, _ = frames.shape

    def step(state, frame):
        hidden, cell = state
        stacked = jnp.concatenate([frame, hidden], axis=-1)
        gates = lax.conv_general_dilated(
            stacked[None],
            kernel,
            window_strides=(1, 1),
            padding="SAME",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        i, f, g, o = jnp.split(gates[0] + bias, 4, axis=-1)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None

    zeros = jnp.zeros((height, width, channels), frames.dtype)
    (hidden, _), _ = lax.scan(step, (zeros, zeros), frames)
    return hidden


def convolutional_lstm_reference(frames, kernel, bias):
    _, height, width, _ = frames.shape
    rows, cols, depth, outputs = kernel.shape
    size = outputs // 4
    hidden = np.zeros((height, width, size))
    cell = np.zeros((height, width, size))
    for frame in frames:
        padded = np.zeros((height + rows - 1, width + cols - 1, depth))
        top, left = (rows - 1) // 2, (cols - 1) // 2
        stacked = np.concatenate([frame, hidden], axis=-1)
        padded[top : top + height, left : left + width] = stacked
        gates = np.zeros((height, width, outputs))
        for i in range(height):
            for j in range(width):
                patch = padded[i : i + rows, j : j + cols]
                gates[i, j] = patch.reshape(-1) @ kernel.reshape(-1, outputs) + bias
        write, keep = gates[..., :size], gates[..., size : 2 * size]
        new, show = gates[..., 2 * size : 3 * size], gates[..., 3 * size :]
        cell = sigmoid_reference(keep) * cell + sigmoid_reference(write) * np.tanh(new)
        hidden = sigmoid_reference(show) * np.tanh(cell)
    return hidden


def antisymmetric_rnn(inputs, w_input, w_hidden, bias, *, step_size, diffusion):
    """Recurrent network that discretizes a stable differential equation."""
    eye = jnp.eye(len(bias), dtype=bias.dtype)
    # Antisymmetric matrices have imaginary eigenvalues: nothing grows or dies out.
    weight = w_hidden - w_hidden.T - diffusion * eye

    def step(h, x):
        h = h + step_size * jnp.tanh(weight @ h + x @ w_input + bias)
        return h, h

    return lax.scan(step, jnp.zeros_like(bias), inputs)[1]


def antisymmetric_rnn_reference(
    inputs, w_input, w_hidden, bias, *, step_size, diffusion
):
    size = len(bias)
    outputs = np.zeros((len(inputs), size))
    h = np.zeros(size)
    for t in range(len(inputs)):
        moved = np.zeros(size)
        for i in range(size):
            drive = np.sum(w_input[:, i] * inputs[t]) + bias[i] - diffusion * h[i]
            for j in range(size):
                drive = drive + (w_hidden[i, j] - w_hidden[j, i]) * h[j]
            moved[i] = h[i] + step_size * np.tanh(drive)
        h = moved
        outputs[t] = h
    return outputs


def coupled_oscillator_rnn(
    inputs, w_position, w_velocity, w_input, *, step_size, frequency, damping
):
    """Recurrent network of damped, driven and nonlinearly coupled oscillators."""

    def step(state, x):
        position, velocity = state
        force = jnp.tanh(position @ w_position + velocity @ w_velocity + x @ w_input)
        pull = frequency * position + damping * velocity
        velocity = velocity + step_size * (force - pull)
        position = position + step_size * velocity
        return (position, velocity), position

    zeros = jnp.zeros_like(w_position[0])
    (_, velocity), positions = lax.scan(step, (zeros, zeros), inputs)
    return positions, velocity


def coupled_oscillator_rnn_reference(
    inputs, w_position, w_velocity, w_input, *, step_size, frequency, damping
):
    size = len(w_position)
    y, z = np.zeros(size), np.zeros(size)
    positions = []
    for x in inputs:
        force = np.tanh(w_position.T @ y + w_velocity.T @ z + w_input.T @ x)
        z = z * (1.0 - step_size * damping) + step_size * (force - frequency * y)
        y = y + step_size * z
        positions.append(y)
    return np.stack(positions), z
