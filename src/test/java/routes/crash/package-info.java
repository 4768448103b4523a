/** The crash test: the program killed at random instants, and a checker over what it had acknowledged. */
@NullMarked
package routes.crash;

import org.jspecify.annotations.NullMarked;
