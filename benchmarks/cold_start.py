"""Compare a cold answer with a plain rdflib script that parses the same files and asks the same.

Run: python benchmarks/cold_start.py [RUNS]
"""

import sys

from peers import RUNS, medians, process, report

_OURS = [
    *(sys.executable, "-m", "sightline", "access", "--format", "json", "--data", "prompts"),
    *("--set", "offering=azure-openai", "--set", "region=swedencentral"),
]

_PEER = """
from rdflib import Dataset
from sightline.files import knowledge_files
dataset = Dataset(default_union=True)
for folder in ("ontology", "data", "shapes"):
    for path in knowledge_files(folder, ".ttl"):
        dataset.parse(path, format="turtle")
rows = dataset.query('''
PREFIX sl: <https://w3id.org/sightline/ontology/>
PREFIX data: <https://w3id.org/sightline/data/>
PREFIX condition: <https://w3id.org/sightline/condition/>
SELECT DISTINCT ?activity ?actor ?action ?modality ?place ?days ?when {
  ?statement a sl:AccessStatement ; sl:hasData data:prompts ; sl:hasActivity ?activity ;
    sl:hasModality ?modality ; sl:hasScope condition:offering-azure-openai .
  OPTIONAL { ?statement sl:hasActor ?actor } OPTIONAL { ?statement sl:hasAction ?action }
  OPTIONAL { ?statement sl:hasProcessingPlace|sl:hasStoragePlace ?place }
  OPTIONAL { ?statement sl:hasRetention ?days } OPTIONAL { ?statement sl:appliesWhen ?when }
}''')
print(len(rows))
"""

ours, peer = medians(lambda: process(_OURS), lambda: process([sys.executable, "-c", _PEER]), RUNS)
report("cold answer / rdflib script", ours, peer, "goal: at most 0.25")
