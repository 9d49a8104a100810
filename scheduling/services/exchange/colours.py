"""A colour for every activity code: the hue tells the category, the lightness the code; text on it stays readable."""

from __future__ import annotations

import colorsys

from scheduling.model.activity import Catalogue, Category

_HUES = {
    Category.INPATIENT: (0.58, 0.45),
    Category.SUPERVISION: (0.08, 0.75),
    Category.POST_CALL: (0.12, 0.40),
    Category.CALL: (0.70, 0.45),
    Category.RECOVERY: (0.14, 0.35),
    Category.CLINIC: (0.36, 0.40),
    Category.PROCEDURE: (0.47, 0.45),
    Category.ADMIN: (0.0, 0.0),
    Category.EDUCATION: (0.85, 0.35),
    Category.NIGHT_FLOAT: (0.66, 0.35),
    Category.OUTPATIENT: (0.28, 0.35),
    Category.FLEX: (0.20, 0.25),
    Category.TIME_OFF: (0.0, 0.0),
}
_LIGHTEST, _DARKEST = 0.90, 0.72


def colours(catalogue: Catalogue) -> dict[str, str]:
    """Code to RRGGBB, light enough for black text everywhere."""
    found: dict[str, str] = {}
    for category in Category:
        codes = [catalogue.codes[i] for i in catalogue.of(category)]
        hue, saturation = _HUES[category]
        for place, code in enumerate(codes):
            lightness = _LIGHTEST - (_LIGHTEST - _DARKEST) * place / max(len(codes) - 1, 1)
            rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
            found[code] = "".join(f"{round(255 * part):02X}" for part in rgb)
    return found
