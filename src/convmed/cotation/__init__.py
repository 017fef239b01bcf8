"""What may be billed for one encounter: the codes and their conditions, the cumuls, the prices, the payers.

The codes and the cumuls are tables (`codes*.yaml`, `cumuls.csv`) in the folders of the dispositifs; their conditions
are rules of the entity `seance`. This package is the small machine that reads them, for one encounter or for millions.
"""
