/** What Intercom posts and answers: signature, notification, REST client, contacts and teammates. */
@NullMarked
package routes.intercom;

import org.jspecify.annotations.NullMarked;
