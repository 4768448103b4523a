/** The benchmark: load generator, sink and baselines in processes of their own, ratios in a table. */
@NullMarked
package routes.benchmark;

import org.jspecify.annotations.NullMarked;
