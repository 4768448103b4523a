/** What the crash test and the benchmark share: processes of their own, and waiting with a deadline. */
@NullMarked
package routes.harness;

import org.jspecify.annotations.NullMarked;
