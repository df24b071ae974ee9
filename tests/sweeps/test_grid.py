"""A sweep as plain data."""

import pytest

from rsa_edu.sweeps import RunSettings, distinct, grid, names, plan, read_sweep


def test_every_combination_once():
    """Wrong if a point of the grid were missing, or made twice."""
    sweep = grid(model="RelRNN", buffer_size=[1, 5], relevant_size=(0, 5), seed=range(3))
    assert len(sweep) == 12
    points = {(s.buffer_size, s.relevant_size, s.seed) for s in sweep}
    assert points == {(nu, rho, seed) for nu in (1, 5) for rho in (0, 5) for seed in (0, 1, 2)}
    assert {s.model for s in sweep} == {"RelRNN"}
    assert grid(buffer_size=[10, 10]) == [RunSettings()]


def test_test_delays_are_one_value():
    """Wrong if every delay of a test became a training of its own."""
    assert grid(test_delays=[100, 200]) == [RunSettings(test_delays=(100, 200))]
    two = grid(test_delays=[[100], [100, 200]])
    assert [s.test_delays for s in two] == [(100,), (100, 200)]


def test_grids_are_added():
    """Wrong if models with and without a budget could not stand in one sweep."""
    sweep = grid(model="LSTM", seed=[0, 1]) + grid(model="RelRNN", buffer_size=[1, 2])
    assert distinct([*sweep, *sweep]) == sweep


def test_a_bad_grid_is_said():
    """Wrong if an empty list or a typo gave an empty sweep."""
    with pytest.raises(ValueError, match="seed has no value: its list is empty"):
        grid(seed=[])
    with pytest.raises(ValueError, match="no setting 'sed'; did you mean 'seed'"):
        grid(sed=[])


TOML = """
delay = 30
seed = [0, 1]

[[grid]]
model = "LSTM"

[[grid]]
model = "RelRNN"
buffer_size = [1, 5]
test_delays = [30, 60]
delay = 20
"""


def test_toml_says_the_same(tmp_path):
    """Wrong if a sweep in a file were another one than the same words in Python."""
    path = tmp_path / "sweep.toml"
    path.write_text(TOML)
    assert read_sweep(path) == plan(path) == [
        *grid(delay=30, seed=[0, 1], model="LSTM"),
        *grid(delay=20, seed=[0, 1], model="RelRNN", buffer_size=[1, 5], test_delays=[30, 60]),
    ]  # fmt: skip
    path.write_text("seed = [0, 1]\n")
    assert read_sweep(path) == grid(seed=[0, 1])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("modl = 3", r"sweep\.toml: a run has no setting 'modl'; did you mean 'model'"),
        ("[[grid]]\nmodel = 'RelRN'", r"sweep\.toml: model must be one of .*did you mean 'RelRNN'"),
        ("[grid]\nmodel = 'LSTM'", r"sweep\.toml: grid must be written as \[\[grid\]\]"),
        ("seed = ", r"sweep\.toml is no TOML: "),
    ],
)
def test_a_bad_file_is_said(tmp_path, text, sentence):
    """Wrong if a typo in a file showed a traceback, or not in which file it is."""
    (tmp_path / "sweep.toml").write_text(text)
    with pytest.raises(ValueError, match=sentence):
        read_sweep(tmp_path / "sweep.toml")


def write(folder, **files):
    """Sweeps by name, and their texts."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)


def test_sweeps_may_be_included(tmp_path):
    """Wrong if an included sweep lost a run, or came after the runs of the file itself."""
    write(
        tmp_path,
        both='include = ["quick", "beside.toml"]',
        more='include = ["beside.toml"]\ndelay = 40\nseed = [7, 8]',
        blocks='include = ["beside.toml"]\ndelay = 40\n[[grid]]\nmodel = "LSTM"',
        beside="delay = 30\nseed = [0, 1]",
    )
    beside = grid(delay=30, seed=[0, 1])
    assert read_sweep(tmp_path / "both.toml") == [*plan("quick"), *beside]
    assert read_sweep(tmp_path / "more.toml") == [*beside, *grid(delay=40, seed=[7, 8])]
    assert read_sweep(tmp_path / "blocks.toml") == [*beside, *grid(delay=40, model="LSTM")]


def test_an_included_run_comes_once(tmp_path):
    """Wrong if a run that two sweeps share were made twice, or two could not share a third."""
    write(
        tmp_path,
        a="seed = [0, 1]",
        b='include = ["a.toml"]\nseed = [1, 2]',
        c='include = ["a.toml"]\nseed = [3]',
        all='include = ["a.toml", "b.toml", "c.toml"]',
    )
    assert read_sweep(tmp_path / "all.toml") == grid(seed=[0, 1, 2, 3])


def test_a_sweep_beside_is_found_from_anywhere(tmp_path, monkeypatch):
    """Wrong if an include meant a file in the folder one happens to stand in."""
    (tmp_path / "sweeps").mkdir()
    write(tmp_path / "sweeps", all='include = ["one.toml"]', one="delay = 30")
    write(tmp_path, one="delay = 31")
    monkeypatch.chdir(tmp_path)
    assert read_sweep("sweeps/all.toml") == grid(delay=30)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"all": 'include = ["all.toml"]'}, r"it includes \S*all\.toml, and so itself\."),
        (
            {"all": 'include = ["b.toml"]', "b": 'include = ["all.toml"]'},
            r"b\.toml: it includes \S*all\.toml, and so itself\.",
        ),
        ({"all": 'include = "quick"'}, "include must be a list of sweeps, but is 'quick'"),
        ({"all": "include = [3]"}, r"include must be a list of sweeps, but is \[3\]"),
        ({"all": 'include = ["quik"]'}, "there is no sweep 'quik'; give .*quick"),
        ({"all": 'include = ["b.toml"]'}, r"b\.toml cannot be read: No such file"),
        ({"all": 'include = ["b.toml"]', "b": "sed = 1"}, r"b\.toml: .*did you mean 'seed'"),
        ({"all": "grid = [3]"}, r"grid must be written as \[\[grid\]\]"),
    ],
)
def test_a_bad_include_is_said(tmp_path, files, sentence):
    """Wrong if it never ended, showed a traceback, or did not name the file that is to blame."""
    write(tmp_path, **files)
    with pytest.raises(ValueError, match=sentence) as error:
        read_sweep(tmp_path / "all.toml")
    assert str(error.value).startswith(f"{tmp_path / 'all.toml'}: ")
    assert str(error.value).count("toml: ") <= 2


def test_a_missing_sweep_is_said(tmp_path):
    """Wrong if a wrong name showed a traceback."""
    with pytest.raises(ValueError, match=r"none\.toml cannot be read: No such file"):
        plan(tmp_path / "none.toml")
    with pytest.raises(ValueError, match=r"there is no sweep 'quik'; give .*quick.* or a file"):
        plan("quik")


@pytest.mark.parametrize("name", names())
def test_the_sweeps_of_the_package_are_good(name):
    """Wrong if a sweep that is shipped could not be run."""
    assert plan(name)
