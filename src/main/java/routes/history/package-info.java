/** What Intercom keeps of the past: windows, pages, import and reconciliation. */
@NullMarked
package routes.history;

import org.jspecify.annotations.NullMarked;
