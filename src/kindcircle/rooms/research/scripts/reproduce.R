# Works out the figures of this release again from its rows, and says how far they are from the report's.
#
#     Rscript analysis/reproduce.R        (base R alone)
#
# Ends with 0 when every figure agrees to the eighth digit, with 1 when one does not.

given <- commandArgs(trailingOnly = FALSE)
script <- sub("^--file=", "", grep("^--file=", given, value = TRUE))
here <- if (length(script)) dirname(dirname(normalizePath(script))) else getwd()
about <- read.csv(file.path(here, "report", "parameters.csv"), stringsAsFactors = FALSE)
about <- setNames(as.list(about$value), about$name)

people <- read.csv(file.path(here, "data", about$people), colClasses = c(person = "character"))$person
rows <- read.csv(file.path(here, "data", about$scores), colClasses = c(person = "character"))
told <- read.csv(file.path(here, "report", "figures.csv"))

figures <- function(before, after) {
  both <- !is.na(before) & !is.na(after)
  x <- before[both]
  y <- after[both]
  n <- sum(both)
  change <- mean(y - x)
  half <- qt(0.975, n - 1) * sd(y - x) / sqrt(n)
  wide <- half * sqrt(1 + (as.numeric(about$mean_group_size) - 1) * as.numeric(about$icc))
  correction <- exp(lgamma((n - 1) / 2) - log(sqrt((n - 1) / 2)) - lgamma((n - 2) / 2))
  g <- correction * change / sd(x)
  spread <- qnorm(0.975) * sqrt(2 * (1 - cor(x, y)) / n + g^2 / (2 * n))
  list(
    people = length(before), both = n, before_only = sum(!is.na(before) & is.na(after)),
    after_only = sum(is.na(before) & !is.na(after)), neither = sum(is.na(before) & is.na(after)),
    mean_before = mean(x), sd_before = sd(x), mean_after = mean(y), sd_after = sd(y), change = change,
    low = change - half, high = change + half, wide_low = change - wide, wide_high = change + wide,
    g = g, g_low = g - spread, g_high = g + spread
  )
}

furthest <- 0
for (place in seq_len(nrow(told))) {
  one <- told[place, ]
  column <- function(occasion) {
    here <- rows[rows$instrument == one$instrument & rows$score == one$score & rows$occasion == occasion, ]
    here$value[match(people, here$person)]
  }
  own <- figures(column("before"), column("after"))
  for (name in names(own)) {
    if (!is.na(one[[name]])) {
      furthest <- max(furthest, abs(own[[name]] - one[[name]]) / max(1, abs(own[[name]])))
    }
  }
  cat(sprintf(
    "%s %s: %d people, change %.2f (%.2f to %.2f)\n",
    one$instrument, one$score, own$both, own$change, own$wide_low, own$wide_high
  ))
}
cat(sprintf("Largest difference from the report: %.1e\n", furthest))
cat(about$warning, "\n", sep = "")
quit(status = as.integer(furthest > 1e-8))
