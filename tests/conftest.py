"""What every test run shares: generated data without a stopwatch, and the map of the norms that the tests hold.

A test names the norms it holds with `@pytest.mark.normes("ID", ...)`. A full green run (every test collected, none
deselected) compares the map with `tenues.json` and fails if a norm listed there is no longer held; `--ecrire-normes`
writes the map instead. With xdist the map is gathered where the reports arrive, from their `user_properties`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from convmed.normes.etat import TENUES, registre

# The machine is shared: a deadline would fail for reasons that are not the code's.
# In CI the same examples are drawn each time, so that a change is judged and not the luck of a draw; at a desk they vary.
settings.register_profile("convmed", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("convmed")

PROPRIETE = "norme tenue"


def pytest_addoption(parser: pytest.Parser) -> None:
    groupe = parser.getgroup("normes")
    groupe.addoption("--ecrire-normes", action="store_true", help="write the norms held by a full green run")
    groupe.addoption("--tenues", type=Path, default=TENUES, help="where the norms held are written and read")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker of xdist only sends its reports
        config.pluginmanager.register(Cliquet(config), "cliquet-des-normes")


@pytest.hookimpl(tryfirst=True)  # before xdist names the groups, and so before it marks the names of the tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("spark"))  # one Java machine is enough for all of them
        for norme, test in normes_du_test(item):
            item.user_properties.append((PROPRIETE, f"{norme} {test}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    inconnues = sorted({norme for norme, _ in normes_du_test(item)} - registre().keys())
    if inconnues:
        pytest.fail(f"normes inconnues du registre : {', '.join(inconnues)}", pytrace=False)


def normes_du_test(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Yield each norm that a test names, with the name of the test: the parameters count only if they name the norm."""
    propres = list(getattr(getattr(item, "callspec", None), "marks", ()))
    for marque in item.iter_markers("normes"):
        nom = item.nodeid if marque in propres else item.nodeid.split("[")[0]
        for norme in marque.args:
            yield norme, nom


class Cliquet:
    """The ratchet: gathers what passed, then writes the map or holds it against the one written before."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.fichier: Path = config.getoption("tenues")
        self.tenues: dict[str, set[str]] = {}
        self.deselection = False
        self.bilan: list[str] = []

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.deselection = self.deselection or bool(items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            for cle, valeur in report.user_properties:
                if cle == PROPRIETE:
                    norme, test = str(valeur).split(" ", 1)
                    self.tenues.setdefault(norme, set()).add(test)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus != pytest.ExitCode.OK or not self._entier():
            if self.config.getoption("ecrire_normes"):
                self.bilan.append("normes non écrites : il faut tous les tests, et tous verts")
                session.exitstatus = exitstatus or pytest.ExitCode.USAGE_ERROR
            return
        if self.config.getoption("ecrire_normes"):
            self._ecrire()
            return
        avant = json.loads(self.fichier.read_text("utf-8")) if self.fichier.is_file() else {}
        perdues = sorted(avant.keys() - self.tenues.keys())
        self.bilan.append(f"{len(self.tenues)} normes tenues par un test, {len(avant)} au dernier relevé")
        if perdues:
            self.bilan.append("normes qui ne sont plus tenues : " + ", ".join(perdues))
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif avant.keys() != self.tenues.keys():
            self.bilan.append("des normes de plus sont tenues : les relever avec « make normes »")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for ligne in self.bilan:
            terminalreporter.write_line(ligne)

    def _entier(self) -> bool:
        option = self.config.option
        partiel = option.keyword or option.markexpr or option.deselect or option.ignore or option.ignore_glob
        sur_mesure = self.config.args_source is pytest.Config.ArgsSource.ARGS
        repris = getattr(option, "lf", False) or getattr(option, "stepwise", False)
        return not (partiel or sur_mesure or repris or self.deselection)

    def _ecrire(self) -> None:
        contenu = {norme: sorted(self.tenues[norme]) for norme in sorted(self.tenues)}
        self.fichier.write_text(json.dumps(contenu, ensure_ascii=False, indent=1) + "\n", "utf-8")
        self.bilan.append(f"{len(contenu)} normes tenues, écrites dans {self.fichier.name}")


# Few rows and many columns: what costs is preparing the query, not running it.
SPARK = {
    "spark.ui.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """Give a real Spark, on this machine: one for all the tests that ask for it."""
    from pyspark.sql import SparkSession

    batisseur = SparkSession.builder.master("local[2]").appName("convmed")
    for nom, valeur in SPARK.items():
        batisseur = batisseur.config(nom, valeur)
    session = batisseur.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
