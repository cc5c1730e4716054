"""Mixed models: members in groups over time, trials in which one arm only meets in groups, free visits."""

from kindcircle.stats.mixed.inference import (
    Contrast,
    SmallSample,
    kenward_roger,
    kenward_roger_by_root,
    kenward_roger_linear,
    satterthwaite,
)
from kindcircle.stats.mixed.likelihood import Singular
from kindcircle.stats.mixed.marginal import Cell, cells
from kindcircle.stats.mixed.model import Fitted, Problem, fit, prepare
from kindcircle.stats.mixed.resampling import Resampled, resample

__all__ = [
    "Cell",
    "Contrast",
    "Fitted",
    "Problem",
    "Resampled",
    "Singular",
    "SmallSample",
    "cells",
    "fit",
    "kenward_roger",
    "kenward_roger_by_root",
    "kenward_roger_linear",
    "prepare",
    "resample",
    "satterthwaite",
]
