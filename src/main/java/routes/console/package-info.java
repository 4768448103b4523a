/** What the admin port answers. */
@NullMarked
package routes.console;

import org.jspecify.annotations.NullMarked;
