# One piece of work by an R package: Rscript stats_peers.R WORK FOLDER prints seconds and the figure to compare.

given <- commandArgs(trailingOnly = TRUE)
work <- given[1]
folder <- given[2]
timed <- function(expression) {
  began <- proc.time()[["elapsed"]]
  found <- suppressWarnings(suppressMessages(force(expression)))
  list(found = found, took = proc.time()[["elapsed"]] - began)
}

if (work == "mediation lavaan") {
  suppressPackageStartupMessages(library(lavaan))
  data <- read.csv(file.path(folder, "mediation.csv"))
  model <- "m1 ~ a1*x\nm2 ~ a2*x + d*m1\ny ~ c*x + b1*m1 + b2*m2\nserial := a1*d*b2\nall := a1*b1 + a2*b2 + a1*d*b2"
  # A hundredth of the resamples, counted a hundred times: it takes minutes otherwise.
  one <- timed(sem(model, data, se = "bootstrap", bootstrap = 50))
  cat(one$took * 100, coef(one$found)[["d"]], "\n")
} else if (startsWith(work, "meta")) {
  suppressPackageStartupMessages(library(metafor))
  k <- strsplit(work, " ")[[1]][2]
  data <- read.csv(file.path(folder, paste0("meta_", k, ".csv")))
  times <- if (k == "20") 20 else 1
  one <- timed(for (n in seq_len(times)) {
    found <- rma(y, v, data = data, method = "REML", test = "knha")
    predict(found)
    if (k == "20") confint(found)
  })
  cat(one$took / times, coef(found)[[1]], "\n")
} else if (work == "mixed lmerTest") {
  suppressPackageStartupMessages(library(lmerTest))
  data <- read.csv(file.path(folder, "mixed.csv"))
  one <- timed({
    found <- lmer(y ~ time * arm + (1 | group) + (1 | person), data)
    table <- coef(summary(found))
  })
  cat(one$took, table["time:arm", "Estimate"], "\n")
} else if (work == "mixed lme4") {
  suppressPackageStartupMessages(library(lme4))
  data <- read.csv(file.path(folder, "mixed.csv"))
  one <- timed(lmer(y ~ time * arm + (1 | group) + (1 | person), data))
  cat(one$took, fixef(one$found)[["time:arm"]], "\n")
} else {
  stop("There is no such work: ", work)
}
