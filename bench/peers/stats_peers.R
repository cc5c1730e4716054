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
} else if (work == "left out metafor") {
  suppressPackageStartupMessages(library(metafor))
  data <- read.csv(file.path(folder, "meta_100.csv"))
  found <- rma(y, v, data = data, method = "REML")
  one <- timed(leave1out(found))
  cat(one$took, tail(one$found$estimate, 1), "\n")
} else if (work == "imputation mice") {
  suppressPackageStartupMessages(library(mice))
  data <- read.csv(file.path(folder, "gaps.csv"))
  one <- timed({
    tables <- mice(data, m = 50, maxit = 10, method = "pmm", printFlag = FALSE, seed = 1)
    summary(pool(with(tables, lm(v0 ~ v1 + v2))))
  })
  cat(one$took, one$found$estimate[2], "\n")
} else if (work == "alpha psych") {
  suppressPackageStartupMessages(library(psych))
  data <- read.csv(file.path(folder, "items.csv"))
  one <- timed(alpha(data, n.iter = 2000))
  cat(one$took, one$found$total$raw_alpha, "\n")
} else if (work == "visits mmrm") {
  suppressPackageStartupMessages(library(mmrm))
  data <- read.csv(file.path(folder, "visits.csv"), stringsAsFactors = TRUE)
  fit <- function() summary(mmrm(y ~ before + arm * visit + us(visit | person), data))
  fit()
  one <- timed(for (n in 1:20) found <- fit())
  cat(one$took / 20, found$coefficients["armb:visitv3", 1], "\n")
} else if (work == "visits nlme") {
  library(nlme)
  data <- read.csv(file.path(folder, "visits.csv"), stringsAsFactors = TRUE)
  data$place <- as.integer(data$visit)
  fit <- function() {
    gls(y ~ before + arm * visit, data, correlation = corSymm(form = ~ place | person),
      weights = varIdent(form = ~ 1 | visit))
  }
  fit()
  one <- timed(for (n in 1:20) found <- fit())
  cat(one$took / 20, coef(found)[["armb:visitv3"]], "\n")
} else if (work == "relations TripleR") {
  suppressPackageStartupMessages(library(TripleR))
  data <- read.csv(file.path(folder, "ratings.csv"))
  one <- timed(RR(rating ~ actor * partner | group, data = data))
  cat(one$took, one$found$varComp.group$estimate[1], "\n")
} else {
  stop("There is no such work: ", work)
}
